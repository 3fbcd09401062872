import { expect, test } from 'vitest'
import { base64url, describe as thumbprint, makeKey, proof } from '../src/key.ts'

const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

test('a proof is signed by the key and says which call, token and nonce it is for', async () => {
  const key = (await makeKey())!
  const made = await proof(key, 'POST', 'https://widget.example/widget/v1/sessions', 'n-1', 'token')
  const [header, claims, signature] = made.split('.') as [string, string, string]
  expect(read(header)).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk })
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('token'))
  expect(read(claims)).toMatchObject({ htm: 'POST', htu: 'https://widget.example/widget/v1/sessions', nonce: 'n-1', ath: base64url(hash) })
  const signed = new TextEncoder().encode(`${header}.${claims}`)
  const good = await crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' }, key.pair.publicKey, Buffer.from(signature, 'base64url'), signed)
  expect(good).toBe(true)
})

test('the private key cannot leave', async () => {
  const key = (await makeKey())!
  expect(key.pair.privateKey.extractable).toBe(false)
  await expect(crypto.subtle.exportKey('jwk', key.pair.privateKey)).rejects.toThrow()
  expect(Object.keys(key.jwk)).toEqual(['kty', 'crv', 'x', 'y'])
})

test('each proof is another one, and a key has one thumbprint', async () => {
  const key = (await makeKey())!
  const make = () => proof(key, 'GET', 'https://widget.example/', null, null)
  const ids = [read((await make()).split('.')[1]!).jti, read((await make()).split('.')[1]!).jti]
  expect(ids[0]).not.toBe(ids[1])
  expect((await thumbprint(key.pair)).jkt).toBe(key.jkt)
  expect(key.jkt).toMatch(/^[\w-]{43}$/)
})
