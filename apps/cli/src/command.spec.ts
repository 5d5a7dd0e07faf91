import { accountAddEmail } from './account-add-email';
import { dispatch, passwordFromStdin, type Command } from './command';
import { doctor } from './doctor';
import { migrateCommand } from './migrate-command';
import { userAdd } from './user-add';

async function call(
  argv: readonly string[],
  commands: readonly Command[] = [migrateCommand, userAdd, accountAddEmail, doctor],
) {
  const lines: string[] = [];
  const code = await dispatch(commands, argv, { line: (text) => void lines.push(text) });
  return { code, said: lines.join('\n') };
}

async function* stdin(...chunks: string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

it.each([[[]], [['help']], [['--help']]])('lists every command when called with %j', async (argv) => {
  const { code, said } = await call(argv);

  expect(code).toBe(0);
  for (const words of ['migrate', 'user add --email', 'account add email --address', 'doctor'])
    expect(said).toContain(words);
});

it('explains one command when that is asked for', async () => {
  expect(await call(['user', 'add', '--help'])).toEqual({
    code: 0,
    said: expect.stringMatching(/^user add --email E --role ROLE[\s\S]*The first one makes the workspace/) as string,
  });
});

it.each<[string[], RegExp]>([
  [['user', 'remove'], /There is no command "user remove"/],
  [['user', 'add', '--role', 'admin', '--password-stdin'], /--email is missing[\s\S]*Usage: user add/],
  [['user', 'add', '--email', 'nobody', '--role', 'admin', '--password-stdin'], /got "nobody", expected an address/],
  [['user', 'add', '--email', 'a@b.example', '--role', 'boss'], /got "boss", expected agent, supervisor, admin/],
  [['user', 'add', '--email', 'a@b.example'], /--role: got null/],
  [['user', 'add', '--email', 'a@b.example', '--role', 'admin'], /--password-stdin is missing/],
  [['user', 'add', '--mail', 'a@b.example'], /Unknown option '--mail'/],
  [['user', 'add', 'a@b.example'], /Unexpected argument/],
  [['account', 'add', 'email', '--address', 'a@b.example'], /--imap is missing[\s\S]*imap\[s\]:\/\/USER@HOST:PORT/],
])('says what is wrong with %j, and how it is called', async (argv, said) => {
  const answer = await call(argv);

  expect(answer.said).toMatch(said);
  expect(answer.code).toBe(2);
});

it('lets a fault that is not the call’s through to whoever explains it', async () => {
  const failing: Command = { ...doctor, run: () => Promise.reject(new Error('the database is away')) };

  await expect(call(['doctor'], [failing])).rejects.toThrow('the database is away');
});

it('reads the password from the first line only, however it is cut', async () => {
  const options = { 'password-stdin': true };

  expect(await passwordFromStdin(options, stdin('pass', 'word é\r', '\nmore'))).toBe('password é');
  await expect(passwordFromStdin(options, stdin('\n'))).rejects.toThrow(/holds no password; pipe it in/);
  await expect(passwordFromStdin(options, stdin('x'.repeat(5_000)))).rejects.toThrow(/longer than 4096 bytes/);
});
