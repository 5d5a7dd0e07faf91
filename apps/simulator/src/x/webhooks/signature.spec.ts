import { responseToken, signatureOf } from './signature';

describe('the signatures of webhooks', () => {
  it('are those of the documented vectors', () => {
    const body = Buffer.from('{"data":{"event_uuid":"1","event_type":"dm.received"}}');
    expect(signatureOf('test_consumer_secret', body)).toBe('sha256=8Cs1utkzlmVX/NfgYoP7UnbTDCceSiHTLsRbpR4cMyA=');
    expect(responseToken('test_consumer_secret', 'challenge_string')).toBe(
      'sha256=583uAmerwtjpykYEAEm+CEIRm6dOywK4QKRr0ha/Pd4=',
    );
  });
});
