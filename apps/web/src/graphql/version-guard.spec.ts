import { SeenVersions } from './version-guard';

const event = (version: number) => ({
  inboxEvents: {
    __typename: 'TimelineItemChangedEvent',
    timelineItemEdge: { node: { __typename: 'Message', id: 'm1', version } },
  },
});

describe('SeenVersions', () => {
  it('lets what is new or the same through', () => {
    const seen = new SeenVersions();
    expect([seen.accept(event(1)), seen.accept(event(2)), seen.accept(event(2))]).toEqual([true, true, true]);
  });

  it('refuses an event that the answer to a mutation has overtaken', () => {
    const seen = new SeenVersions();
    seen.accept({ messageRetry: { message: { __typename: 'Message', id: 'm1', version: 3 } } });
    expect(seen.accept(event(2))).toBe(false);
    expect(seen.accept(event(3))).toBe(true);
  });

  it('keeps things with the same id of two types apart', () => {
    const seen = new SeenVersions();
    seen.accept({ __typename: 'Conversation', id: 'm1', version: 9 });
    expect(seen.accept(event(1))).toBe(true);
  });
});
