import { oauthHeader, oldSignature } from './old-signature';

describe('the signature of OAuth 1.0a', () => {
  it('is the one of the documented sample', () => {
    const params = [
      ['status', 'Hello Ladies + Gentlemen, a signed OAuth request!'],
      ['include_entities', 'true'],
      ['oauth_consumer_key', 'xvz1evFS4wEEPTGEFPHBog'],
      ['oauth_nonce', 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '1318622958'],
      ['oauth_token', '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb'],
      ['oauth_version', '1.0'],
    ] as const;
    const sign = (url: string): string =>
      oldSignature(
        'POST',
        url,
        params,
        'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
        'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
      );
    expect(sign('https://api.x.com/1.1/statuses/update.json')).toBe('Ls93hJiZbQ3akF3HF3x1Bz8/zU4=');
    expect(sign('https://api.twitter.com/1.1/statuses/update.json')).toBe('hCtSmYh+iHYCEqBWrE7C7hYmtUk=');
  });

  it('leaves a JSON body out and takes the query in', () => {
    const params = (more: [string, string][]): [string, string][] => [
      ['oauth_consumer_key', 'test_consumer_key'],
      ['oauth_nonce', 'abcdef0123456789'],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '1795300000'],
      ['oauth_token', '123-test_access_token'],
      ['oauth_version', '1.0'],
      ...more,
    ];
    const secrets = ['test_consumer_secret', 'test_token_secret'] as const;
    const post = oldSignature('POST', 'https://api.x.com/2/tweets', params([]), ...secrets);
    const query: [string, string][] = [['max_results', '100'], ['dm_event.fields', 'id,text,created_at']]; // prettier-ignore
    const get = oldSignature('GET', 'https://api.x.com/2/dm_events', params(query), ...secrets);
    expect([post, get]).toEqual(['1XMW3CBE6obEpOyJURsYvMpFcfU=', 'WQII9X6JVnNkFatAD0aCCxcbXkM=']);
  });

  it('is read from the header as it was written', () => {
    expect(oauthHeader('OAuth oauth_nonce="a%2Bb", oauth_signature="x%3D"').get('oauth_signature')).toBe('x=');
  });
});
