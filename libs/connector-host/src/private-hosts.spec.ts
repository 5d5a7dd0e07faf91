import { allowsPrivateHosts } from './private-hosts';

const allowed = (host: string, url?: string, said?: boolean): boolean =>
  allowsPrivateHosts({ EVENHAND_HOST: host, EVENHAND_PUBLIC_URL: url, EVENHAND_ALLOW_PRIVATE_HOSTS: said });

test.each([
  ['127.0.0.1', undefined],
  ['localhost', 'http://localhost:3000'],
  ['::1', 'http://[::1]:3000/'],
  ['127.0.0.1', 'http://127.0.0.1:3000'],
])('servers on this machine may be reached while only this machine reaches Evenhand: %s, %s', (host, url) => {
  expect(allowed(host, url)).toBe(true);
});

test.each([
  ['127.0.0.1', 'https://inbox.example.org'],
  ['127.0.0.1', 'http://127.0.0.1.example.org'],
  ['0.0.0.0', undefined],
  ['0.0.0.0', 'http://localhost:3000'],
  ['127.example.org', undefined],
])('they may not be once others reach it, through a proxy or not: %s, %s', (host, url) => {
  expect(allowed(host, url)).toBe(false);
});

test('what the operator says counts', () => {
  expect([allowed('0.0.0.0', 'https://inbox.example.org', true), allowed('127.0.0.1', undefined, false)]).toEqual([
    true,
    false,
  ]);
});
