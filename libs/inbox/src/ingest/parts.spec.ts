import { wholeOf, type Part } from './parts';

function part(n: number, state: Part['state'], more: Partial<Part> = {}): Part {
  const at = `2026-01-05T08:0${n}:00.000Z`;
  return { part: n, parts: 3, state, attempt: 1, at, nextAt: null, failure: null, platformAt: null, ...more };
}
const refused = { code: 'REFUSED' as const, detail: 'no', retryable: false };

describe('a reply in three parts', () => {
  it('is sent once all of them are, at the time of the last', () => {
    const parts = [part(2, 'sent', { platformAt: '2026-01-05T08:02:01.000Z' }), part(0, 'sent'), part(1, 'sent')];
    expect(wholeOf(parts)).toMatchObject({
      state: 'sent',
      at: '2026-01-05T08:02:00.000Z',
      platformAt: '2026-01-05T08:02:01.000Z',
    });
  });

  it('has failed when one has, for the reason of the first, which says which it was', () => {
    const parts = [part(2, 'failed', { failure: refused }), part(1, 'failed', { failure: refused }), part(0, 'sent')];
    expect(wholeOf(parts)).toMatchObject({ state: 'failed', failure: { code: 'REFUSED', detail: 'part 2 of 3: no' } });
  });

  it('is uncertain when one is and none has failed', () => {
    expect(wholeOf([part(0, 'sent'), part(1, 'uncertain')])).toMatchObject({ state: 'uncertain', failure: null });
  });

  it('waits for the next attempt of one', () => {
    const nextAt = '2026-01-05T09:00:00.000Z';
    expect(wholeOf([part(0, 'sent'), part(1, 'queued', { nextAt })])).toMatchObject({ state: 'queued', nextAt });
  });

  it('is being sent while nothing is known of some', () => {
    expect(wholeOf([part(0, 'sent'), part(1, 'sent')])).toMatchObject({ state: 'sending' });
  });
});
