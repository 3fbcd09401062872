// Ten lines for the customer's back end: how to make the proof that a widget's profile asks for.
import type { Widget } from '../../contract.ts'

export type Language = 'node' | 'python'

type Example = (widget: Widget) => string

const examples: Partial<Record<string, Record<Language, Example>>> = {
  countersign: {
    node: ({ public_key }) => `// npm install jsonwebtoken
import jwt from 'jsonwebtoken'

app.get('/countersign-token', requireSignIn, (req, res) => {
  const token = jwt.sign(
    {
      sub: String(req.user.id),
      email: req.user.email,
      name: req.user.name,
      company: { id: String(req.user.account.id), name: req.user.account.name },
      aud: '${public_key}',
      cnf: { jkt: req.query.jkt }, // binds the session to this browser's key
    },
    process.env.COUNTERSIGN_IDENTITY_SECRET,
    { algorithm: 'HS256', expiresIn: '10m', keyid: process.env.COUNTERSIGN_KEY_ID },
  )
  res.set('Cache-Control', 'no-store').type('text/plain').send(token)
})`,
    python: ({ public_key }) => `# pip install pyjwt
import os, time, jwt

@app.get("/countersign-token")
@login_required
def countersign_token():
    now = int(time.time())
    claims = {
        "sub": str(current_user.id),
        "email": current_user.email,
        "name": current_user.name,
        "company": {"id": str(current_user.account.id), "name": current_user.account.name},
        "aud": "${public_key}",
        "iat": now,
        "exp": now + 600,
        "cnf": {"jkt": request.args["jkt"]},  # binds the session to this browser's key
    }
    token = jwt.encode(claims, os.environ["COUNTERSIGN_IDENTITY_SECRET"], algorithm="HS256",
                       headers={"kid": os.environ["COUNTERSIGN_KEY_ID"]})
    return token, 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}`,
  },
  'woes-jwt': {
    node: ({ public_key }) => `import jwt from 'jsonwebtoken'

app.get('/identity', requireSignIn, (req, res) => {
  const { user } = req
  const now = Math.floor(Date.now() / 1000)
  const token = jwt.sign(
    {
      email: user.email.trim().toLowerCase(),
      name: user.name,
      account_external_id: user.account.id,
      contact_external_id: user.id,
      aud: '${public_key}',
      iat: now,
      exp: now + 10 * 60,
    },
    process.env.WOES_WIDGET_IDENTITY_SECRET, // the text itself, not hex-decoded
    { algorithm: 'HS256' },
  )
  res.json({ jwt: token })
})`,
    python: ({ public_key }) => `import os, time, jwt

@app.get("/identity")
@login_required
def identity():
    now = int(time.time())
    token = jwt.encode({
        "email": current_user.email.strip().lower(),
        "name": current_user.name,
        "account_external_id": current_user.account.id,
        "contact_external_id": current_user.id,
        "aud": "${public_key}",
        "iat": now,
        "exp": now + 600,
    }, os.environ["WOES_WIDGET_IDENTITY_SECRET"], algorithm="HS256")  # the text itself, not hex-decoded
    return {"jwt": token}`,
  },
  'woes-hmac': {
    node: () => `import { createHmac } from 'node:crypto'

app.get('/identity', requireSignIn, (req, res) => {
  const { user } = req
  const email = user.email.trim().toLowerCase()
  const key = Buffer.from(process.env.WOES_WIDGET_IDENTITY_SECRET, 'hex') // hex-decoded
  const email_hash = createHmac('sha256', key).update(email).digest('hex')
  res.json({ email, email_hash, name: user.name, company: user.account.name, id: user.id })
})`,
    python: () => `import hashlib, hmac, os

@app.get("/identity")
@login_required
def identity():
    email = current_user.email.strip().lower()
    key = bytes.fromhex(os.environ["WOES_WIDGET_IDENTITY_SECRET"])  # hex-decoded
    email_hash = hmac.new(key, email.encode(), hashlib.sha256).hexdigest()
    return {"email": email, "email_hash": email_hash, "name": current_user.name,
            "company": current_user.account.name, "id": current_user.id}`,
  },
  notificationapi: {
    node: () => `import { createHmac } from 'node:crypto'

app.get('/identity', requireSignIn, (req, res) => {
  const userId = String(req.user.id)
  const userIdHash = createHmac('sha256', process.env.NOTIFICATIONAPI_CLIENT_SECRET)
    .update(userId)
    .digest('base64')
  res.json({ userId, userIdHash })
})`,
    python: () => `import base64, hashlib, hmac, os

@app.get("/identity")
@login_required
def identity():
    user_id = str(current_user.id)
    digest = hmac.new(os.environ["NOTIFICATIONAPI_CLIENT_SECRET"].encode(), user_id.encode(), hashlib.sha256).digest()
    return {"userId": user_id, "userIdHash": base64.b64encode(digest).decode()}`,
  },
  fogbender: {
    node: () => `import jwt from 'jsonwebtoken'

app.get('/fogbender-token', requireSignIn, (req, res) => {
  const { user } = req
  const claims = {
    userId: String(user.id),
    userName: user.name,
    userEmail: user.email,
    customerId: String(user.account.id),
    customerName: user.account.name,
  }
  const userJWT = jwt.sign(claims, process.env.FOGBENDER_SECRET, { algorithm: 'HS256', expiresIn: '10m' })
  res.json({ ...claims, userJWT })
})`,
    python: () => `import os, time, jwt

@app.get("/fogbender-token")
@login_required
def fogbender_token():
    now = int(time.time())
    claims = {
        "userId": str(current_user.id),
        "userName": current_user.name,
        "userEmail": current_user.email,
        "customerId": str(current_user.account.id),
        "customerName": current_user.account.name,
    }
    user_jwt = jwt.encode({**claims, "iat": now, "exp": now + 600}, os.environ["FOGBENDER_SECRET"], algorithm="HS256")
    return {**claims, "userJWT": user_jwt}`,
  },
}

/** Nothing for a format whose back end is the vendor's: it stays as it is. */
export function backendExample(widget: Widget, language: Language): string | null {
  return examples[widget.profile]?.[language](widget) ?? null
}
