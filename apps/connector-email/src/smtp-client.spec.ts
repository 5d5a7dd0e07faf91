import { CredentialsRejected, RateLimited, Refused, Transient, Uncertain } from '@app/channel';
import { smtpError } from './smtp-client';

/** As nodemailer 10 reports it (measured, email.md §5.1). */
function fault(fields: Record<string, unknown>): Error {
  return Object.assign(new Error(String(fields['response'] ?? fields['code'])), fields);
}

const reached = { code: 'EENVELOPE', command: 'RCPT TO' };

test.each([
  [
    'an unknown recipient',
    { ...reached, responseCode: 550, response: '550 5.1.1 no such user' },
    false,
    Refused,
    { code: 'RECIPIENT_REFUSES' },
  ],
  [
    'a full mailbox',
    { code: 'EMESSAGE', command: 'DATA', responseCode: 552, response: '552 5.2.2 mailbox full' },
    true,
    Refused,
    { code: 'RECIPIENT_REFUSES' },
  ],
  [
    'a mail that is too large',
    { code: 'EMESSAGE', command: 'DATA', responseCode: 552, response: '552 5.3.4 too big' },
    true,
    Refused,
    { code: 'TOO_LONG' },
  ],
  [
    'a policy',
    { code: 'EMESSAGE', command: 'DATA', responseCode: 554, response: '554 5.7.1 spam' },
    true,
    Refused,
    { code: 'REFUSED' },
  ],
  ['greylisting', { ...reached, responseCode: 451, response: '451 4.7.1 later' }, false, Transient, {}],
  [
    'a refusal for now after the mail',
    { code: 'EMESSAGE', command: 'DATA', responseCode: 452, response: '452 4.3.1 full' },
    true,
    Transient,
    {},
  ],
  [
    'a wrong password',
    { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535, response: '535 5.7.8 no' },
    false,
    CredentialsRejected,
    {},
  ],
  [
    'a log-in that is not possible just now',
    { code: 'EAUTH', responseCode: 454, response: '454 4.7.0 busy' },
    false,
    Transient,
    {},
  ],
  [
    'basic authentication switched off',
    { ...reached, responseCode: 550, response: '550 5.7.30 Basic authentication is not supported' },
    false,
    CredentialsRejected,
    {},
  ],
  [
    'the daily limit of Gmail',
    { ...reached, responseCode: 550, response: '550 5.4.5 Daily user sending limit exceeded' },
    false,
    RateLimited,
    {},
  ],
  [
    'too many connections at Microsoft',
    {
      code: 'EENVELOPE',
      command: 'MAIL FROM',
      responseCode: 432,
      response: '432 4.3.2 Concurrent connections limit exceeded',
    },
    false,
    RateLimited,
    {},
  ],
  ['a server that is away', { code: 'ESOCKET', command: 'CONN' }, false, Transient, {}],
  ['an unknown name', { code: 'EDNS' }, false, Transient, {}],
  ['a connection lost before the last byte', { code: 'ECONNECTION', command: 'CONN' }, false, Transient, {}],
  ['a connection lost after the last byte', { code: 'ECONNECTION', command: 'CONN' }, true, Uncertain, {}],
  ['no answer in time after the last byte', { code: 'ETIMEDOUT', command: 'CONN' }, true, Uncertain, {}],
])('%s', (_, fields, bodyRead, kind, more) => {
  const error = smtpError(fault(fields), 'smtp.example.test:465', bodyRead);
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject(more);
  expect(error.message).not.toBe('');
});
