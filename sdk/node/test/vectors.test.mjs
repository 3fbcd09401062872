// What every library of sdk/ must agree with.
import assert from 'node:assert/strict'
import { createHmac, verify } from 'node:crypto'
import { before, describe, mock, test } from 'node:test'
import * as countersign from '@countersign/server'
import { call, vectors } from './calls.mjs'

const { access, keys } = vectors

before(() => mock.timers.enable({ apis: ['Date'], now: vectors.now * 1000 }))

describe('digests', () => {
  for (const vector of vectors.digests) test(`${vector.call}: ${vector.name}`, () => assert.equal(call(vector), vector.answer))
})

describe('tokens', () => {
  for (const vector of vectors.tokens) {
    test(`${vector.call}: ${vector.name}`, () => {
      const [header, claims, signature] = call(vector).split('.')
      const read = (segment) => JSON.parse(Buffer.from(segment, 'base64url').toString())
      assert.deepEqual(read(header), vector.header)
      assert.deepEqual(read(claims), vector.claims)
      assert.ok(fits(vector, `${header}.${claims}`, Buffer.from(signature, 'base64url')))
    })
  }
})

describe('what is not signed', () => {
  for (const vector of vectors.unsigned) {
    test(`${vector.call}: ${vector.name}`, () => {
      assert.throws(() => call(vector), (error) => {
        assert.ok(error instanceof countersign.InvalidInput, error)
        assert.ok(error.message.includes(vector.error), error.message)
        assert.ok(!vector.secret || !error.message.includes(vector.secret), 'the secret stays out of the message')
        return true
      })
    })
  }
})

describe('access tokens', () => {
  let verifier
  before(() => {
    mock.method(globalThis, 'fetch', async (url) => {
      assert.equal(url, `${access.server}/.well-known/jwks.json`)
      return new Response(JSON.stringify(access.jwks))
    })
    verifier = new countersign.Verifier(access.server)
  })
  for (const vector of access.accepted) {
    test(`accepted: ${vector.name}`, async () => {
      const { issued, expires, ...claims } = await verifier.verify(vector.token)
      assert.deepEqual({ ...claims, issued: issued / 1000, expires: expires / 1000 }, vector.claims)
    })
  }
  for (const vector of access.refused) {
    test(`${vector.code}: ${vector.name}`, async () => {
      await assert.rejects(verifier.verify(vector.token), { name: 'Refused', code: vector.code })
    })
  }
})

function fits({ secret, private_key, header }, message, signature) {
  if (secret) return createHmac('sha256', secret).update(message).digest().equals(signature)
  const key = keys[private_key].public
  if (header.alg === 'EdDSA') return verify(null, Buffer.from(message), key, signature)
  return verify('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' }, signature)
}
