import { beginCursor, floorOf, sourceOf } from './folder-cursor';

const connected = new Date('2026-11-22T08:00:00.700Z');
const at = (text: string): Date => new Date(`2026-11-${text}Z`);
const recent = [
  { uid: 90, at: at('20T08:00:00') },
  { uid: 95, at: at('22T07:59:59') },
  // the same second as the connection, which IMAP cannot tell from before it
  { uid: 96, at: at('22T08:00:00') },
  { uid: 97, at: at('22T08:05:00') },
];
const begin = (history: string, mails = recent) => beginCursor(history, connected, '7', 98, mails);

test('from now on begins with what arrived since the account was connected', () => {
  expect(begin('none')).toMatchObject({ nextUid: 96, firstUid: 96, floorUid: 96 });
  expect(begin('none', [])).toMatchObject({ nextUid: 98, firstUid: 98 });
});

test('some days, or all, are read from there, and what is older than the connection is history', () => {
  expect(begin('days:1')).toMatchObject({ nextUid: 95, firstUid: 96 });
  expect(begin('days:3')).toMatchObject({ nextUid: 90, firstUid: 96 });
  expect(begin('all')).toMatchObject({ nextUid: 1, firstUid: 96, floorUid: 1 });
  expect(floorOf('days:3', connected)).toEqual(new Date('2026-11-19T08:00:00.700Z'));
});

test('the same UID is another mail after the server counted anew, under whatever UIDVALIDITY', () => {
  const first = begin('all');
  const renewed = beginCursor('all', connected, '8', 5, [], first);
  const sameValidity = beginCursor('all', connected, '7', 5, [], first);
  const names = [first, renewed, sameValidity].map((cursor) => sourceOf('INBOX', cursor, 3));
  expect(new Set(names).size).toBe(3);
});
