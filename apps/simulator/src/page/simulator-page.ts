import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Header,
  HttpException,
  NotFoundException,
  Param,
  Post,
  Req,
  Res,
  UploadedFiles,
  UseFilters,
  UseInterceptors,
} from '@nestjs/common';
import { FilesInterceptor } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import type { Email } from 'postal-mime';
import type { Letter } from '../customers/letter';
import { DEMO_MAILBOX, MailSimulator } from '../mail-simulator';
import { CUSTOMER_DOMAIN } from '../mail/address';
import { customerPage, threadPage } from './customer-view';
import { homePage, PRESETS } from './home-view';
import { pathOf, plainProblem, type View } from './layout';
import { MailEvents } from './mail-events';
import { SCRIPT } from './script';
import { STYLE } from './style';
import { type Entry, threadsOf } from './threads';
import { languageOf, wordsOf } from './words';
import type { Draft } from './write-form';

const FILE_LIMIT = { files: 5, fileSize: 10 * 1024 * 1024, fields: 10, fieldSize: 500 * 1024 };

/** Faults as a page instead of JSON. */
@Catch(HttpException)
class AsPage implements ExceptionFilter<HttpException> {
  catch(exception: HttpException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { query, headers } = http.getRequest<Request>();
    const words = wordsOf(languageOf(query['lang'], headers['accept-language']));
    const status = exception.getStatus();
    const problem = status === 413 ? words.tooLarge : status === 404 ? words.notFound : exception.message;
    http.getResponse<Response>().status(status).type('html').send(plainProblem(words, problem));
  }
}

/** The page on which one plays the customers. Everything works as plain links and forms; /sim/app.js adds live mail. */
@Controller('sim')
@UseFilters(AsPage)
export class SimulatorPage {
  constructor(
    private readonly simulator: MailSimulator,
    private readonly events: MailEvents,
  ) {}

  @Get()
  home(@Req() request: Request, @Res() response: Response): void {
    this.sendHome(request, response, {});
  }

  @Get('app.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }

  @Get('app.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script(): string {
    return SCRIPT;
  }

  @Get('events')
  listen(@Res() response: Response): void {
    this.events.open(response);
  }

  @Get('c/:address')
  async customer(@Param('address') address: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    await this.sendCustomer(address, request, response, {});
  }

  @Get('c/:address/:thread')
  async thread(
    @Param('address') address: string,
    @Param('thread') key: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.sendThread(address, key, request, response, {});
  }

  @Get('c/:address/mail/:key/source')
  source(@Param('address') address: string, @Param('key') key: string, @Res() response: Response): void {
    response.type('text/plain; charset=utf-8').send(this.entry(address, key).mail.raw);
  }

  @Get('c/:address/mail/:key/file/:n')
  async file(
    @Param('address') address: string,
    @Param('key') key: string,
    @Param('n') n: string,
    @Res() response: Response,
  ): Promise<void> {
    const file = (await readMail(this.entry(address, key)))?.attachments[Number(n)];
    if (!file || typeof file.content === 'string') throw new NotFoundException();
    // Never as what it claims to be: it must not run in our origin.
    response.attachment(file.filename ?? 'attachment').type('application/octet-stream');
    response.send(Buffer.from(file.content instanceof ArrayBuffer ? new Uint8Array(file.content) : file.content));
  }

  /** Writes as a customer; leads to the thread, or shows the form again with what was wrong. */
  @Post('write')
  @UseInterceptors(FilesInterceptor('files', FILE_LIMIT.files, { limits: FILE_LIMIT }))
  async write(
    @Body() draft: Draft,
    @UploadedFiles() files: readonly { originalname: string; mimetype: string; buffer: Buffer }[] | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    try {
      const { language, words } = this.view(request);
      if (!draft.text?.trim()) throw new RangeError(words.emptyText);
      const { address, name } = writer(draft, words.noAddress);
      const answered = draft.reply ? this.entry(address, draft.reply).mail.messageId : undefined;
      const letter: Letter = {
        from: { address, ...(name && { name, language }) },
        to: answered ? undefined : (draft.to ?? DEMO_MAILBOX),
        subject: draft.subject,
        text: draft.text.replace(/\r\n/g, '\n'),
        inReplyTo: answered,
        // Browsers send file names as UTF-8, and multer reads them as Latin-1.
        attachments: (files ?? []).map(({ originalname, mimetype, buffer }) => ({
          filename: Buffer.from(originalname, 'latin1').toString('utf8'),
          contentType: mimetype,
          content: buffer,
        })),
      };
      const { messageId } = await this.simulator.writeAs(letter);
      const thread = this.threads(address).find(({ entries }) =>
        entries.some(({ mail }) => mail.messageId === messageId),
      );
      response.redirect(303, pathOf({ language }, 'c', address, thread?.key ?? ''));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      response.status(422);
      await this.showAgain(draft, error.message, request, response);
    }
  }

  @Post('faults')
  async setFaults(@Body('fault') fault: keyof typeof PRESETS, @Req() request: Request, @Res() response: Response) {
    if (!Object.hasOwn(PRESETS, fault)) throw new NotFoundException();
    this.simulator.faults = PRESETS[fault];
    await this.simulator.settled();
    response.redirect(303, pathOf(this.view(request)));
  }

  private async showAgain(draft: Draft, problem: string, request: Request, response: Response): Promise<void> {
    const known = this.simulator.listMailboxes().find(({ address }) => address === draft.from);
    if (draft.reply && known) await this.sendThread(known.address, draft.reply, request, response, draft, problem);
    else if (known && draft.name === undefined)
      await this.sendCustomer(known.address, request, response, draft, problem);
    else this.sendHome(request, response, draft, problem);
  }

  private sendHome(request: Request, response: Response, draft: Draft, problem?: string): void {
    const view = { ...this.view(request), faults: this.simulator.faults };
    response.type('html').send(homePage({ ...view, path: '/sim' }, draft, problem));
  }

  private async sendCustomer(
    address: string,
    request: Request,
    response: Response,
    draft: Draft,
    problem?: string,
  ): Promise<void> {
    const threads = await Promise.all(
      this.threads(address).map(async (thread) => {
        const [first] = thread.entries;
        return { thread, subject: (first && (await readMail(first))?.subject) ?? '' };
      }),
    );
    const view = this.customerView(request, address, pathWithoutLanguage('c', address));
    response.type('html').send(customerPage(view, threads, draft, problem));
  }

  private async sendThread(
    address: string,
    key: string,
    request: Request,
    response: Response,
    draft: Draft,
    problem?: string,
  ): Promise<void> {
    const thread = this.threads(address).find(({ entries }) => entries.some((entry) => entry.key === key));
    if (!thread) throw new NotFoundException();
    const received = thread.entries.filter(({ mine }) => !mine);
    this.simulator.markSeen(address, received.map(({ mail }) => mail)); // prettier-ignore
    const entries = await Promise.all(thread.entries.map(async (entry) => ({ ...entry, read: await readMail(entry) })));
    const reply = (received.at(-1) ?? thread.entries.at(-1))?.key;
    const view = this.customerView(request, address, pathWithoutLanguage('c', address, thread.key));
    response.type('html').send(threadPage(view, entries, { ...draft, reply }, problem));
  }

  private view(request: Request): View {
    const language = languageOf(request.query['lang'], request.headers['accept-language']);
    return { language, words: wordsOf(language), path: '/sim', mailboxes: this.simulator.listMailboxes() };
  }

  private customerView(request: Request, address: string, path: string): View & { address: string; name: string } {
    const view = this.view(request);
    const name = view.mailboxes.find((mailbox) => mailbox.address === address)?.name;
    if (name === undefined) throw new NotFoundException();
    return { ...view, path, address, name };
  }

  private threads(address: string): ReturnType<typeof threadsOf> {
    if (!this.simulator.listMailboxes().some((known) => known.address === address)) throw new NotFoundException();
    return threadsOf(this.simulator.mailbox(address));
  }

  private entry(address: string, key: string): Entry {
    const entry = this.threads(address).flatMap(({ entries }) => entries).find((known) => known.key === key); // prettier-ignore
    if (!entry) throw new NotFoundException();
    return entry;
  }
}

/** A mail that the parser refuses is shown as unreadable, with its source. */
async function readMail({ mail }: Entry): Promise<Email | undefined> {
  try {
    return await mail.read();
  } catch {
    return undefined;
  }
}

/** Who writes: an address, a local part or just a name, of which the address is made. */
function writer({ from = '', name = '' }: Draft, missing: string): { address: string; name: string } {
  const made = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.+|\.+$/g, '');
  const local = from.trim().toLowerCase() || made.slice(0, 60);
  if (!local) throw new RangeError(missing);
  return { address: local.includes('@') ? local : `${local}@${CUSTOMER_DOMAIN}`, name: name.trim() };
}

function pathWithoutLanguage(...parts: string[]): string {
  return `/sim/${parts.map(encodeURIComponent).join('/')}`;
}
