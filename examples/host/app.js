// The product's page: its own sign-in, its invoices, and the widget.
import { attacks, run } from '/attacks.js'

const invoices = {
  Northwind: [
    ['N-1042', 'Harbour lamps', '3 Dec 2026', 4200, 'Open'],
    ['N-1041', 'Crane service', '21 Nov 2026', 890, 'Late'],
    ['N-1040', 'Rope, 600 m', '2 Nov 2026', 312.5, 'Paid'],
    ['N-1039', 'Paint, signal red', '28 Oct 2026', 148.2, 'Paid'],
  ],
  Initech: [
    ['I-77', 'Cover sheets', '9 Dec 2026', 19.99, 'Open'],
    ['I-76', 'Printer, repaired again', '20 Nov 2026', 480, 'Late'],
    ['I-75', 'Staplers, red', '1 Nov 2026', 250, 'Paid'],
  ],
}

const byId = (id) => document.getElementById(id)
const post = (path, body) => fetch(path, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}),
})
const euros = (sum) => new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(sum)

function add(parent, tag, text, className) {
  const element = parent.appendChild(document.createElement(tag))
  element.textContent = text ?? ''
  if (className) element.className = className
  return element
}

const me = await (await fetch('/api/me')).json()
for (const link of document.querySelectorAll('a.dashboard')) link.href = me.dashboard
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
  byId('initials').textContent = user.name.split(' ').map(([letter]) => letter).join('')
  byId('refusals').href = `${dashboard}refusals`
  byId('sign-out').addEventListener('click', async () => {
    await window.Countersign.shutdown?.()
    await post('/api/sign-out')
    location.reload()
  })
  showInvoices(invoices[user.company] ?? [])
  showAttacks(dashboard)
}

function showInvoices(list) {
  for (const state of ['Open', 'Late', 'Paid']) {
    const sum = list.filter((invoice) => invoice[4] === state).reduce((total, invoice) => total + invoice[3], 0)
    const tile = add(byId('tiles'), 'div')
    add(tile, 'dt', state)
    add(tile, 'dd', euros(sum))
  }
  for (const [number, what, due, sum, state] of list) {
    const row = byId('rows').insertRow()
    for (const text of [number, what, due, euros(sum), '']) row.insertCell().textContent = text
    row.cells[3].className = 'sum'
    add(row.cells[4], 'span', state, `chip ${state.toLowerCase()}`)
  }
}

function showAttacks(dashboard) {
  const tries = attacks.map((attack) => {
    const item = add(byId('attacks'), 'li')
    const words = add(item, 'div')
    add(words, 'b', attack.name)
    add(words, 'span', attack.words)
    const button = add(item, 'button', 'Try it')
    button.type = 'button'
    button.setAttribute('aria-label', `Try it: ${attack.name}`)
    const output = item.appendChild(document.createElement('output'))
    const attempt = async () => {
      button.disabled = true
      output.replaceChildren('…')
      show(output, await run(attack, me), dashboard)
      button.disabled = false
    }
    button.addEventListener('click', attempt)
    return attempt
  })
  byId('all').addEventListener('click', async () => {
    for (const attempt of tries) await attempt()
  })
}

/** What came of an attack, with the number under which the dashboard has the reason. */
function show(output, { held, verdict, words, reference }, dashboard) {
  output.replaceChildren()
  add(output, 'span', verdict, held ? 'chip held' : 'chip broken')
  add(output, 'span', words)
  if (!reference) return
  const link = add(output, 'a', reference)
  link.href = `${dashboard}refusals?reference=${reference}`
  link.target = '_blank'
  link.rel = 'noopener'
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
