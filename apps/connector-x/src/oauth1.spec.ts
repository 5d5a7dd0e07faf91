import { oauth1Header, rfc3986 } from './oauth1';

const signatureIn = (header: string): string =>
  decodeURIComponent(/oauth_signature="([^"]+)"/.exec(header)?.[1] ?? 'none');

const test = { consumerKey: 'test_consumer_key', consumerSecret: 'test_consumer_secret', token: '123-test_access_token', tokenSecret: 'test_token_secret' }; // prettier-ignore
const moment = { nonce: 'abcdef0123456789', timestamp: 1_795_300_000 };

describe('OAuth 1.0a', () => {
  it.each([
    ['https://api.x.com', 'Ls93hJiZbQ3akF3HF3x1Bz8/zU4='],
    ['https://api.twitter.com', 'hCtSmYh+iHYCEqBWrE7C7hYmtUk='],
  ])("signs X's own example, with the host that is really called: %s", (host, signature) => {
    const header = oauth1Header(
      {
        method: 'POST',
        url: new URL(`${host}/1.1/statuses/update.json?include_entities=true`),
        form: { status: 'Hello Ladies + Gentlemen, a signed OAuth request!' },
      },
      {
        consumerKey: 'xvz1evFS4wEEPTGEFPHBog',
        consumerSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
        token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
        tokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
      },
      { nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg', timestamp: 1_318_622_958 },
    );
    expect(signatureIn(header)).toBe(signature);
  });

  it('signs neither JSON nor files, and sorts what stands in the query', () => {
    const post = oauth1Header({ method: 'POST', url: new URL('https://api.x.com/2/tweets') }, test, moment);
    expect(signatureIn(post)).toBe('1XMW3CBE6obEpOyJURsYvMpFcfU=');
    const address = 'https://api.x.com/2/dm_events?max_results=100&dm_event.fields=id,text,created_at';
    const get = oauth1Header({ method: 'GET', url: new URL(address) }, test, moment);
    expect(signatureIn(get)).toBe('WQII9X6JVnNkFatAD0aCCxcbXkM=');
  });

  it('says neither of the secrets', () => {
    const header = oauth1Header({ method: 'GET', url: new URL('https://api.x.com/2/users/me') }, test, moment);
    expect(header).toMatch(/^OAuth oauth_consumer_key="test_consumer_key", oauth_nonce="/);
    expect(header).not.toContain('secret');
  });

  it('encodes all but letters, digits and four marks', () => {
    expect(rfc3986("a-b._~ !'()*+é/")).toBe('a-b._~%20%21%27%28%29%2A%2B%C3%A9%2F');
  });
});
