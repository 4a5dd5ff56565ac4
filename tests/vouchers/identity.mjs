// Microsoft's sign-in library against the lab's sign-in service.
import assert from 'node:assert/strict'
import { createHash, createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfidentialClientApplication, InteractionRequiredAuthError, PublicClientApplication } from '@azure/msal-node'
import { check } from './checks.mjs'

const graphScope = ['https://graph.microsoft.com/.default']

export async function driveIdentity(info, control) {
  const host = new URL(info.url).host
  const [anna, ben] = info.mailboxes
  const auth = { clientId: info.client_id, authority: info.authority, knownAuthorities: [host] }
  const bySecret = (secret = info.client_secret) => new ConfidentialClientApplication({ auth: { ...auth, clientSecret: secret } })
  const certificate = readFileSync(info.certificate, 'utf8')
  const byCertificate = (privateKey, thumbprintSha256) =>
    new ConfidentialClientApplication({ auth: { ...auth, clientCertificate: { privateKey, thumbprintSha256 } } })
  const thumbprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '')
  const redirectUri = 'http://localhost/callback'

  async function refused(work, number, kind) {
    const problem = await work().then(() => assert.fail('was accepted'), (error) => error)
    assert.match(`${problem.errorMessage}`, new RegExp(`AADSTS${number}:|${number}`), problem.stack)
    if (kind) assert.ok(problem instanceof kind, `${problem.constructor.name} instead of ${kind.name}`)
    return problem
  }
  async function asks(token, path) {
    return fetch(info.graph + path, { headers: { authorization: `Bearer ${token}` } })
  }
  // A person signs in: the page redirects with a code, which the library redeems.
  async function codeFor(application, person, scopes) {
    const verifier = randomBytes(40).toString('base64url')
    const url = await application.getAuthCodeUrl({
      scopes, redirectUri, loginHint: person, state: 'state-1', nonce: 'nonce-1',
      codeChallenge: createHash('sha256').update(verifier).digest('base64url'), codeChallengeMethod: 'S256',
    })
    const answer = await fetch(url, { redirect: 'manual' })
    assert.equal(answer.status, 302, await answer.text())
    const back = new URL(answer.headers.get('location'))
    assert.equal(back.origin + back.pathname, redirectUri)
    assert.equal(back.searchParams.get('state'), 'state-1')
    return { code: back.searchParams.get('code'), codeVerifier: verifier, redirectUri, scopes, nonce: 'nonce-1' }
  }

  await check('msal: an application signs in with its secret, and Graph takes the token', async () => {
    const { accessToken, expiresOn } = await bySecret().acquireTokenByClientCredential({ scopes: graphScope })
    assert.ok(expiresOn > new Date(Date.now() + 50 * 60_000))
    assert.equal((await asks(accessToken, '/users')).status, 200)
    assert.equal((await asks(accessToken + 'x', '/users')).status, 401)
  })
  await check('msal: a wrong secret is AADSTS7000215', () =>
    refused(() => bySecret('wrong').acquireTokenByClientCredential({ scopes: graphScope }), 7000215))
  await check('msal: an application signs in with its certificate (PS256)', async () => {
    const application = byCertificate(readFileSync(info.private_key, 'utf8'), thumbprint)
    for (let i = 0; i < 2; i++) {
      const { accessToken } = await application.acquireTokenByClientCredential({ scopes: graphScope, skipCache: true })
      assert.equal((await asks(accessToken, '/users')).status, 200)
    }
  })
  await check('msal: a certificate that is not registered is AADSTS700027', () =>
    refused(
      () => byCertificate(readFileSync(info.private_key, 'utf8'), '00'.repeat(32)).acquireTokenByClientCredential({ scopes: graphScope }),
      700027))
  await check('msal: an unknown application is AADSTS700016', () =>
    refused(
      () => new ConfidentialClientApplication({ auth: { ...auth, clientId: '00000000-1111-4222-8333-444444444444', clientSecret: 'x' } })
        .acquireTokenByClientCredential({ scopes: graphScope }),
      700016))
  await check('msal: an unknown tenant is not found', async () => {
    const application = new ConfidentialClientApplication({
      auth: { ...auth, authority: `${info.url}/99999999-1111-4222-8333-444444444444`, clientSecret: info.client_secret } })
    await assert.rejects(application.acquireTokenByClientCredential({ scopes: graphScope }))
  })
  await check('msal: a code with PKCE becomes tokens, and the id token verifies by the published key', async () => {
    const application = bySecret()
    const request = await codeFor(application, anna, ['Mail.ReadWrite', 'offline_access'])
    const result = await application.acquireTokenByCode(request)
    assert.equal(result.account.username, anna)
    assert.ok(result.scopes.includes('Mail.ReadWrite'))
    const [header, claims, signature] = result.idToken.split('.')
    const discovery = await (await fetch(`${info.authority}/v2.0/.well-known/openid-configuration`)).json()
    const { keys } = await (await fetch(discovery.jwks_uri)).json()
    const { kid } = JSON.parse(Buffer.from(header, 'base64url'))
    const key = createPublicKey({ key: keys.find((one) => one.kid === kid), format: 'jwk' })
    assert.ok(verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')))
    const body = JSON.parse(Buffer.from(claims, 'base64url'))
    assert.equal(body.iss, discovery.issuer)
    assert.equal(body.aud, info.client_id)
    assert.equal(body.nonce, 'nonce-1')
    assert.equal((await asks(result.accessToken, '/me/messages?$top=1')).status, 200)
    await refused(() => application.acquireTokenByCode(request), 54005)
  })
  await check('msal: a wrong verifier is AADSTS501481', async () => {
    const application = bySecret()
    const request = await codeFor(application, anna, ['Mail.ReadWrite'])
    await refused(() => application.acquireTokenByCode({ ...request, codeVerifier: 'x'.repeat(50) }), 501481)
  })
  await check('msal: a native application without a secret signs in on a loopback address', async () => {
    const application = new PublicClientApplication({ auth })
    const verifier = randomBytes(40).toString('base64url')
    const native = 'http://localhost:41234'
    const url = await application.getAuthCodeUrl({
      scopes: ['Mail.Read'], redirectUri: native, loginHint: anna,
      codeChallenge: createHash('sha256').update(verifier).digest('base64url'), codeChallengeMethod: 'S256' })
    const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location'))
    const result = await application.acquireTokenByCode({
      code: back.searchParams.get('code'), codeVerifier: verifier, redirectUri: native, scopes: ['Mail.Read'] })
    assert.equal(result.account.username, anna)
  })
  await check('msal: tokens are refreshed silently, and every refresh brings a new refresh token', async () => {
    const application = bySecret()
    const { account, accessToken } = await application.acquireTokenByCode(await codeFor(application, anna, ['Mail.ReadWrite']))
    const refreshTokens = () => Object.values(JSON.parse(application.getTokenCache().serialize()).RefreshToken).map((one) => one.secret)
    const before = refreshTokens()
    const again = await application.acquireTokenSilent({ account, scopes: ['Mail.ReadWrite'], forceRefresh: true })
    assert.notEqual(again.accessToken, accessToken)
    assert.notDeepEqual(refreshTokens(), before)
    const direct = await application.acquireTokenByRefreshToken({ refreshToken: refreshTokens()[0], scopes: ['Mail.ReadWrite'] })
    assert.equal(direct.account.username, anna)
  })
  await check('msal: a changed password asks for a new sign-in (AADSTS50173)', async () => {
    const application = bySecret()
    const { account, accessToken } = await application.acquireTokenByCode(await codeFor(application, ben, ['Mail.ReadWrite']))
    await control('PATCH', `/users/${ben}`, { change_password: true })
    assert.equal((await asks(accessToken, '/me/messages')).status, 401)
    await refused(() => application.acquireTokenSilent({ account, scopes: ['Mail.ReadWrite'], forceRefresh: true }), 50173, InteractionRequiredAuthError)
  })
  await check('msal: a second factor and conditional access ask for interaction, with claims', async () => {
    const application = bySecret()
    const { account } = await application.acquireTokenByCode(await codeFor(application, anna, ['Mail.ReadWrite']))
    for (const number of [50076, 65001]) {
      await control('PUT', '/switches', { identity: { planned: [{ number, grant_type: 'refresh_token', times: 1 }] } })
      const problem = await refused(
        () => application.acquireTokenSilent({ account, scopes: ['Mail.ReadWrite'], forceRefresh: true }), number, InteractionRequiredAuthError)
      if (number === 50076) assert.ok(problem.claims)
    }
  })
  await check('msal: an administrator consents, and the application gets its roles', async () => {
    await control('PATCH', `/apps/${info.client_id}`, { consent: false })
    const without = await bySecret().acquireTokenByClientCredential({ scopes: graphScope })
    assert.equal((await asks(without.accessToken, '/users')).status, 403)
    const answer = await fetch(
      `${info.authority}/v2.0/adminconsent?client_id=${info.client_id}&redirect_uri=${encodeURIComponent(redirectUri)}&state=s`,
      { redirect: 'manual' })
    assert.match(answer.headers.get('location'), /admin_consent=True/)
    const granted = await bySecret().acquireTokenByClientCredential({ scopes: graphScope })
    assert.equal((await asks(granted.accessToken, '/users')).status, 200)
  })
}
