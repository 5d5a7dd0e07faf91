import { strangeness } from './loopback-only';

const own = {
  method: 'POST',
  socket: { remoteAddress: '127.0.0.1' },
  headers: { host: 'localhost:3000', origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' },
};
const program = { ...own, headers: { host: '127.0.0.1:3000', 'content-type': 'application/json; charset=utf-8' } };

describe('the simulator over HTTP', () => {
  it.each([
    ['our own page', own],
    ['a program with JSON', program],
    ['a program with a mail', { ...program, headers: { ...program.headers, 'content-type': 'message/rfc822' } }],
    ['loopback in IPv6', { ...own, socket: { remoteAddress: '::1' } }],
    ['loopback in IPv4 as IPv6', { ...own, socket: { remoteAddress: '::ffff:127.0.0.1' } }],
    ['a browser that reads', { ...own, method: 'GET', headers: { host: '[::1]:3000' } }],
  ])('lets in %s', (_who, request) => {
    expect(strangeness(request)).toBeUndefined();
  });

  it.each([
    ['another machine', { ...own, socket: { remoteAddress: '192.168.1.20' } }],
    ['a connection without an address', { ...own, socket: {} }],
    ['what a proxy forwards', { ...own, headers: { ...own.headers, 'x-forwarded-for': '203.0.113.9' } }],
    ['a name bound to 127.0.0.1 (DNS rebinding)', { ...own, method: 'GET', headers: { host: 'evil.example:3000' } }],
    ['a name that only begins like ours', { ...own, method: 'GET', headers: { host: 'localhost.evil.example' } }],
    ['no Host', { ...own, method: 'GET', headers: {} }],
    ['a form of another site', { ...own, headers: { ...own.headers, origin: 'https://evil.example' } }],
    ['a page of another port', { ...own, headers: { ...own.headers, origin: 'http://localhost:8080' } }],
    ['a sandboxed page', { ...own, headers: { host: own.headers.host, origin: 'null' } }],
    [
      'a cross-site request without Origin',
      { ...program, headers: { ...program.headers, 'sec-fetch-site': 'cross-site' } },
    ],
    [
      'a form without Origin',
      { ...program, headers: { host: 'localhost', 'content-type': 'multipart/form-data; boundary=x' } },
    ],
    ['a body of no type', { ...program, headers: { host: 'localhost' } }],
  ])('refuses %s', (_who, request) => {
    expect(strangeness(request)).toEqual(expect.any(String));
  });
});
