import { replyWindowAt, type WindowFacts } from './reply-window';

const at = (hour: number): Date => new Date(Date.UTC(2026, 0, 5, hour));
const facts: WindowFacts = {
  threaded: true,
  windowOpenedAt: at(0),
  windowClosesAt: at(24),
  windowHumanClosesAt: at(168),
  windowRefusedAt: null,
};

describe('the time for answers', () => {
  it.each([
    ['up to its last moment', facts, at(24), { state: 'open', closesAt: at(24) }],
    ['for people only up to their last moment', facts, at(168), { state: 'human-only', closesAt: at(168) }],
    ['no more after that', facts, new Date(at(168).getTime() + 1), { state: 'closed', closesAt: null }],
    [
      'no more once the platform has said so',
      { ...facts, windowRefusedAt: at(1) },
      at(2),
      { state: 'closed', closesAt: null },
    ],
    [
      'again when it was opened since',
      { ...facts, windowRefusedAt: at(-1) },
      at(2),
      { state: 'open', closesAt: at(24) },
    ],
    [
      'for all one knows where nothing opened it',
      { ...facts, windowOpenedAt: null, windowClosesAt: null, windowHumanClosesAt: null },
      at(2),
      { state: 'unknown', closesAt: null },
    ],
    ['always where there is none', { ...facts, threaded: false }, at(999), { state: 'always-open', closesAt: null }],
  ])('lets us answer %s', (_when, known, now, expected) => {
    expect(replyWindowAt(known, now)).toEqual(expected);
  });
});
