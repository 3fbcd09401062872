// The product's back end, in the binary and in Node: the same page, and the same ten lines.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePort, openWidget, Stage, until, write } from './stage.mjs'

let stage
const sites = {}
let node

before(async () => {
  stage = await Stage.open()
  sites['the binary'] = stage.site.slice(0, -1)
  const port = await freePort()
  sites.Node = `http://127.0.0.1:${port}`
  const { widget, identity_secret: secret } = stage.made
  node = spawn(process.execPath, [join(import.meta.dirname, '../examples/node/server.mjs')], {
    stdio: 'ignore',
    env: {
      PORT: port, COUNTERSIGN_PUBLIC_KEY: widget.public_key, COUNTERSIGN_IDENTITY_SECRET: secret.secret,
      COUNTERSIGN_WIDGET: stage.widget, COUNTERSIGN_DASHBOARD: stage.dashboard,
    },
  })
  await until(() => fetch(sites.Node).then((answer) => answer.ok, () => false), () => 'the example does not start')
  await stage.backEnd('PATCH', `/widgets/${widget.id}`, { origins: Object.values(sites) })
})
after(async () => {
  node?.kill()
  await stage?.close()
})

const signIn = (site, who, origin = site) => fetch(`${site}/api/sign-in`, {
  method: 'POST', headers: { 'content-type': 'application/json', ...(origin && { origin }) }, body: JSON.stringify({ who }),
})

for (const name of ['the binary', 'Node']) {
  describe(`the product in ${name}`, () => {
    test('its page has no inline script, and allows the widget’s origin and nothing else', async () => {
      const answer = await fetch(`${sites[name]}/`)
      const policy = answer.headers.get('content-security-policy')
      assert.ok(!/unsafe|\*/.test(policy), policy)
      for (const source of ['script-src', 'frame-src', 'connect-src']) {
        assert.match(policy, new RegExp(`${source} ('self' )?${stage.widget.replaceAll('.', '\\.')};`))
      }
      assert.ok(!/<script(?![^>]*src=)| on\w+=| style=/.test(await answer.text()))
    })

    test('another page cannot sign anybody in or out', async () => {
      assert.equal((await signIn(sites[name], 'u_alice', 'https://evil.example')).status, 403)
      assert.equal((await signIn(sites[name], 'u_alice', null)).status, 403)
      assert.equal((await signIn(sites[name], 'u_mallory')).status, 403)
      const out = await fetch(`${sites[name]}/api/sign-out`, { method: 'POST', headers: { origin: 'https://evil.example' } })
      assert.equal(out.status, 403)
    })

    test('only who is signed in gets a token, for ten minutes and for the key that asks', async () => {
      const site = sites[name]
      assert.equal((await fetch(`${site}/api/countersign-token`)).status, 401)
      const signed = await signIn(site, 'u_alice')
      const [cookie, ...rules] = signed.headers.get('set-cookie').split('; ')
      assert.deepEqual([signed.status, rules.sort()], [204, ['HttpOnly', 'Path=/', 'SameSite=Lax']])
      const ask = (query) => fetch(`${site}/api/countersign-token${query}`, { headers: { cookie } })
      const claims = async (query) => JSON.parse(Buffer.from((await (await ask(query)).text()).split('.')[1], 'base64url'))
      const { iat, exp, ...about } = await claims('?jkt=abc')
      assert.equal(exp - iat, 600)
      assert.deepEqual(about, {
        sub: 'u_alice', name: 'Alice Chesterton', email: 'alice@northwind.example', company: { id: 'c_northwind', name: 'Northwind' },
        aud: stage.made.widget.public_key, cnf: { jkt: 'abc' },
      })
      assert.equal((await claims('?jkt=')).cnf, undefined)
      await fetch(`${site}/api/sign-out`, { method: 'POST', headers: { cookie, origin: site } })
      assert.equal((await ask('')).status, 401)
    })

    test('its customer is proven', async () => {
      const page = await stage.person()
      await page.goto(sites[name])
      await page.click('[data-who=u_alice]')
      await page.waitForSelector('#product:not([hidden])')
      await write(await openWidget(page), `Hello from ${name}.`)
      const { items: [conversation] } = await stage.backEnd('GET', '/conversations')
      assert.deepEqual([conversation.preview.text, conversation.contact.trust], [`Hello from ${name}.`, 'jwt'])
      await page.context().close()
    })
  })
}
