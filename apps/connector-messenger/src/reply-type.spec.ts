import { replyTypes } from './reply-type';

const window = {
  openedAt: '2026-11-21T10:00:00.000Z',
  closesAt: '2026-11-22T10:00:00.000Z',
  humanClosesAt: '2026-11-28T10:00:00.000Z',
};
const within = new Date('2026-11-22T09:59:59.999Z');
const late = new Date('2026-11-22T10:00:00.000Z');
const tooLate = new Date('2026-11-28T10:00:00.000Z');
const byPerson = { window, automated: false, privateReplyTo: null };

describe('replyTypes', () => {
  it('answers as a response within the window, and as a person where Meta says that it is closed', () => {
    expect(replyTypes(byPerson, within)).toEqual(['RESPONSE', 'HUMAN_AGENT']);
  });

  it('answers as a person after the window, but asks for a response where that is not allowed', () => {
    expect(replyTypes(byPerson, late)).toEqual(['HUMAN_AGENT', 'RESPONSE']);
  });

  it('leaves the judgement to Meta after seven days, without claiming to be a person in time', () => {
    expect(replyTypes(byPerson, tooLate)).toEqual(['RESPONSE']);
  });

  it('tries both where the window is not known', () => {
    expect(replyTypes({ ...byPerson, window: null }, tooLate)).toEqual(['RESPONSE', 'HUMAN_AGENT']);
  });

  it.each([within, late, tooLate])('never lets a machine pass for a person (%s)', (now) => {
    expect(replyTypes({ ...byPerson, automated: true }, now)).toEqual(['RESPONSE']);
    expect(replyTypes({ ...byPerson, automated: true, window: null }, now)).toEqual(['RESPONSE']);
  });

  it('answers a comment as a response whatever the window of the comment says', () => {
    expect(replyTypes({ ...byPerson, privateReplyTo: '55_77' }, late)).toEqual(['RESPONSE']);
  });
});
