import {
  MAX_ATTACHMENTS as EVENT_ATTACHMENTS,
  MAX_BODY_LENGTH,
  MAX_PARTICIPANTS,
  MAX_REFERENCES as EVENT_REFERENCES,
} from '@app/channel';
import { MAX_ADDRESSES, MAX_ATTACHMENTS, MAX_REFERENCES, MAX_TEXT } from './mail-limits';

describe('the limits of a parsed mail', () => {
  it('are within those of a message event', () => {
    expect(MAX_TEXT).toBeLessThanOrEqual(MAX_BODY_LENGTH);
    expect(MAX_ATTACHMENTS).toBeLessThanOrEqual(EVENT_ATTACHMENTS);
    expect(MAX_REFERENCES).toBeLessThanOrEqual(EVENT_REFERENCES);
    // From and up to ten Reply-To addresses are participants too.
    expect(MAX_ADDRESSES).toBeLessThan(MAX_PARTICIPANTS);
  });
});
