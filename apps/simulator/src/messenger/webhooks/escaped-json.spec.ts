import { escapedJson } from './escaped-json';
import { appsecretProof, signatureHeaders } from './signatures';

describe('JSON on the wire', () => {
  it('is escaped and signed as in the platform’s own example', () => {
    const body = escapedJson({
      object: 'page',
      entry: [
        {
          id: '1',
          time: 1700000000000,
          messaging: [
            {
              sender: { id: '2' },
              recipient: { id: '1' },
              timestamp: 1700000000000,
              message: { mid: 'm_1', text: 'äöå' },
            },
          ],
        },
      ],
    });
    expect(body).toContain(String.raw`"text":"\u00e4\u00f6\u00e5"`);
    expect(signatureHeaders('test_app_secret', Buffer.from(body))['X-Hub-Signature-256']).toBe(
      'sha256=184371eacd48ad9bfd766916c600186d3022cfdfe19ab377d20f0e50560182f8',
    );
  });

  it('keeps all digits of great numbers, halves of surrogates and slashes, and leaves out what is undefined', () => {
    expect(escapedJson({ id: 9007199254740993n, a: undefined, b: ['\ud83d', 'x/y', undefined] })).toBe(
      String.raw`{"id":9007199254740993,"b":["\ud83d","x\/y",null]}`,
    );
  });
});

describe('the proof of a call', () => {
  it('is the documented one', () => {
    expect(appsecretProof('test_app_secret', 'test_page_token')).toBe(
      '2790e56a137d3f3dff2a1c47ca95e77bb8b7d7cfdb08f11b0864a07e51d75e09',
    );
  });
});
