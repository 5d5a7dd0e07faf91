import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { built } from '../support/built';
import { evenhand } from '../support/operator';

const body = join(__dirname, '../../apps/connector-messenger/src/fixtures/text.json');

beforeAll(() => built());

it('shows what is read from deliveries and mails without a database or any setting', async () => {
  const delivery = await evenhand(
    {},
    ['parse-delivery', '--channel', 'messenger', '--json', body, '-'],
    readFileSync(body, 'utf8'),
  );
  const mail = await evenhand({}, ['parse-mail', '-', '--json'], 'From: lea@home.example\r\n\r\nHello');

  const read = { account: '104200000000001', events: [{ text: 'Is the large kettle back?' }] };
  expect(
    delivery.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toMatchObject([
    { file: body, ...read },
    { file: '-', ...read },
  ]);
  expect(JSON.parse(mail.output)).toMatchObject({ file: '-', from: { address: 'lea@home.example' }, text: 'Hello' });
  expect([delivery.code, mail.code]).toEqual([0, 0]);
});
