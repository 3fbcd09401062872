// The product's page: its own sign-in, and the widget.
import { attacks, run } from '/attacks.js'

const invoices = {
  Northwind: [
    ['N-1042', 'Harbour lamps', '3 Dec 2026', '€ 4,200.00', 'Open'],
    ['N-1041', 'Crane service', '21 Nov 2026', '€ 890.00', 'Late'],
    ['N-1040', 'Rope, 600 m', '2 Nov 2026', '€ 312.50', 'Paid'],
  ],
  Initech: [
    ['I-77', 'Cover sheets', '9 Dec 2026', '€ 19.99', 'Open'],
    ['I-76', 'Staplers, red', '1 Nov 2026', '€ 250.00', 'Paid'],
  ],
}

const byId = (id) => document.getElementById(id)
const post = (path, body) => fetch(path, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}),
})

const me = await (await fetch('/api/me')).json()
if (me.user) showProduct(me)
else showWelcome()
embed(me)

function showWelcome() {
  byId('welcome').hidden = false
  for (const button of document.querySelectorAll('[data-who]')) {
    button.addEventListener('click', async () => {
      await post('/api/sign-in', { who: button.dataset.who })
      location.reload()
    })
  }
}

function showProduct({ user, dashboard }) {
  byId('product').hidden = byId('who').hidden = false
  byId('name').textContent = user.name
  byId('company').textContent = user.company
  byId('refusals').href = `${dashboard}refusals`
  byId('sign-out').addEventListener('click', async () => {
    window.Countersign('shutdown')
    await post('/api/sign-out')
    location.reload()
  })
  for (const [number, what, due, sum, state] of invoices[user.company] ?? []) {
    const row = byId('rows').insertRow()
    for (const text of [number, what, due, sum, state]) row.insertCell().textContent = text
    row.cells[3].className = 'sum'
    row.cells[4].className = `state ${state.toLowerCase()}`
  }
  for (const attack of attacks) {
    const item = byId('attacks').appendChild(document.createElement('li'))
    const words = item.appendChild(document.createElement('div'))
    words.appendChild(document.createElement('b')).textContent = attack.name
    words.appendChild(document.createElement('span')).textContent = attack.words
    const button = item.appendChild(document.createElement('button'))
    button.type = 'button'
    button.textContent = 'Try it'
    const result = item.appendChild(document.createElement('output'))
    button.addEventListener('click', async () => {
      button.disabled = true
      result.textContent = '…'
      const { refused, text, reference } = await run(attack, me)
      result.className = refused ? 'refused' : 'broken'
      result.textContent = text
      if (reference) {
        const link = result.appendChild(document.createElement('a'))
        link.href = `${dashboard}refusals?reference=${reference}`
        link.target = '_blank'
        link.rel = 'noopener'
        link.textContent = reference
      }
      button.disabled = false
    })
  }
}

// What you write in your own page: the script, and one call.
function embed({ user, widget, public_key }) {
  window.Countersign = window.Countersign || function () {
    (window.Countersign.q = window.Countersign.q || []).push(arguments)
  }
  const identity = async ({ jkt }) => {
    const answer = await fetch(`/api/countersign-token?jkt=${encodeURIComponent(jkt ?? '')}`)
    if (!answer.ok) throw new Error('not signed in')
    return { token: await answer.text() }
  }
  window.Countersign('boot', user ? { widget: public_key, identity } : { widget: public_key })
  const script = document.createElement('script')
  script.src = `${widget}/sdk/countersign.js`
  document.head.append(script)
}
