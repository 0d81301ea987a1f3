// A real provider of single sign-on (oidc-provider, which is certified), as a program of its own: it lets in whoever types a name, and
// says that name as `preferred_username`, in its userinfo only; of `name@body` it says the body, too. `rotate` on its standard input gives it another key of another kind, and
// takes the old one away.
//
// node provider.mjs PORT ORIGIN CLIENT_ID CLIENT_SECRET

import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

import { Provider } from 'oidc-provider'

const [port, origin, clientId, clientSecret] = process.argv.slice(2)

const KINDS = [
  ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
]
let rotations = 0

function told(id) {
  const [name, org] = id.split('@')
  return { sub: id, preferred_username: name, name: `${name}（统一身份认证）`, ...(org && { org }) }
}

function provider() {
  const [alg, make] = KINDS[rotations % KINDS.length]
  const key = { ...make().privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg }
  return new Provider(`http://localhost:${port}`, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${origin}/api/v1/session/oidc/callback`],
        post_logout_redirect_uris: [`${origin}/`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: alg,
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ['a key of this trial'] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name', 'org'] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => told(id) }),
  })
}

let answer = provider().callback()
createServer((request, response) => answer(request, response)).listen(Number(port), '127.0.0.1', () => console.log('listening'))
createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line !== 'rotate') return
    rotations += 1
    answer = provider().callback()
    console.log('rotated')
  })
  // Whoever started it has gone.
  .on('close', () => process.exit())
