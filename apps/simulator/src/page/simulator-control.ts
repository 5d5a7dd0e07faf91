import {
  type ArgumentsHost,
  BadRequestException,
  Body,
  Catch,
  Controller,
  Delete,
  type ExceptionFilter,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Customers } from '../customers/customers';
import { MailSimulator } from '../mail-simulator';
import type { Faults } from '../mail/faults';
import type { FolderName } from '../mail/mail-account';
import type { StoredMail } from '../mail/stored-mail';
import { letterOf, lifeOptionsOf, mailboxOf } from './control-body';

/** RangeErrors of the simulator say what was wrong with the request. */
@Catch(RangeError)
class AsUnprocessable implements ExceptionFilter<RangeError> {
  catch(error: RangeError, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(422).json({ error: error.message });
  }
}

/**
 * The simulator's control API, for tests and demos. Bodies and answers are JSON (15 MB at most), faults of a request
 * are `422 {"error": …}`; see loopback-only.ts for who may ask.
 *
 *     GET    /sim/api/state                        ports, mailboxes with their unseen mails, faults, life
 *     PUT    /sim/api/mailboxes/:address           {password?, name?, storesSent?, language?} -> {address, password}
 *     GET    /sim/api/mailboxes/:address           {inbox: [mail], sent: [mail]}, oldest first; ?after=UID for INBOX mails past it
 *     GET    /sim/api/mailboxes/:address/:folder/:uid   the bytes of a mail; folder is INBOX or Sent
 *     POST   /sim/api/mailboxes/:address/deliver   the bytes of a mail as message/rfc822 (36 MB at most), put into INBOX
 *                                                  as they are; ?internalDate=ISO 8601 -> {uid}
 *     POST   /sim/api/mailboxes/:address/renew-uid-validity   ?folder=INBOX
 *     POST   /sim/api/mails                        {from: {address, name?, language?}, to?, subject?, text, html?, inReplyTo?,
 *                                                  quoted?, attachments?: [{filename, contentType?, base64}], headers?}
 *                                                  writes as a customer -> {messageId, uid}
 *     PUT    /sim/api/faults                       see faults.ts; {} heals -> the faults in force, the ports settled
 *     POST   /sim/api/drop-connections             cuts every IMAP and SMTP connection once
 *     POST   /sim/api/seed                         writes the mails of before the demo, once -> {written}
 *     PUT    /sim/api/life                         {everyMs?: 5000 or [8000, 20000], limit?} lets customers write, on every channel
 *     DELETE /sim/api/life                         stops them -> {written}
 */
@Controller('sim/api')
@UseFilters(AsUnprocessable)
export class SimulatorControl {
  constructor(
    private readonly simulator: MailSimulator,
    private readonly customers: Customers,
  ) {}

  @Get('state')
  state(): object {
    const { imapPort, smtpPort, faults } = this.simulator;
    const { life } = this.customers;
    const mailboxes = this.simulator.listMailboxes();
    return { imapPort, smtpPort, mailboxes, faults, life: life ? { written: life.written } : null };
  }

  @Put('mailboxes/:address')
  addMailbox(@Param('address') address: string, @Body() body: unknown): object {
    return this.simulator.addMailbox(address, mailboxOf(body));
  }

  @Get('mailboxes/:address')
  async mailbox(@Param('address') address: string, @Query('after') after = '0'): Promise<object> {
    const { inbox, sent } = this.simulator.mailbox(address);
    const fresh = inbox.filter(({ uid }) => uid > Number(after));
    return { inbox: await Promise.all(fresh.map(described)), sent: await Promise.all(sent.map(described)) };
  }

  @Get('mailboxes/:address/:folder/:uid')
  raw(
    @Param('address') address: string,
    @Param('folder') folder: string,
    @Param('uid') uid: string,
    @Res() response: Response,
  ): void {
    const { inbox, sent } = this.simulator.mailbox(address);
    const mail = (folderOf(folder) === 'INBOX' ? inbox : sent).find((candidate) => candidate.uid === Number(uid));
    if (!mail) throw new RangeError(`${address} has no mail with UID ${uid} in ${folder}.`);
    response.type('message/rfc822').attachment(`${mail.uid}.eml`).send(mail.raw);
  }

  @Post('mailboxes/:address/deliver')
  deliver(
    @Param('address') address: string,
    @Query('internalDate') date: string | undefined,
    @Req() request: Request,
  ): object {
    const raw: unknown = request.body;
    if (!Buffer.isBuffer(raw)) throw new BadRequestException('Send the mail itself, as Content-Type: message/rfc822.');
    const internalDate = date === undefined ? undefined : new Date(date);
    if (internalDate && Number.isNaN(internalDate.getTime())) {
      throw new RangeError('internalDate: expected a date such as 2026-11-22T08:30:00Z.');
    }
    return { uid: this.simulator.deliver(raw, { to: address, internalDate }).uid };
  }

  @Post('mailboxes/:address/renew-uid-validity')
  @HttpCode(204)
  renewUidValidity(@Param('address') address: string, @Query('folder') folder = 'INBOX'): void {
    this.simulator.renewUidValidity(address, folderOf(folder));
  }

  @Post('mails')
  async write(@Body() body: unknown): Promise<object> {
    const { messageId, mail } = await this.simulator.writeAs(letterOf(body));
    return { messageId, uid: mail.uid };
  }

  @Put('faults')
  async setFaults(@Body() body: unknown): Promise<Faults> {
    this.simulator.faults = body ?? {};
    await this.simulator.settled();
    return this.simulator.faults;
  }

  @Post('drop-connections')
  @HttpCode(204)
  dropConnections(): void {
    this.simulator.dropConnections();
  }

  @Post('seed')
  async seed(): Promise<object> {
    return { written: await this.customers.writeEarlier('mail') };
  }

  @Put('life')
  startLife(@Body() body: unknown): object {
    return { written: this.customers.startLife(lifeOptionsOf(body)).written };
  }

  @Delete('life')
  stopLife(): object {
    const { life } = this.customers;
    life?.stop();
    return { written: life?.written ?? 0 };
  }
}

function folderOf(name: string): FolderName {
  if (name === 'INBOX' || name === 'Sent') return name;
  throw new RangeError(`The folder "${name}" is unknown; there are INBOX and Sent.`);
}

async function described(mail: StoredMail): Promise<object> {
  const { uid, internalDate, size, flags, messageId, references } = mail;
  const known = { uid, internalDate, size, flags, messageId, references, deliveredTo: mail.header('delivered-to') };
  const { subject, from, to, text, attachments } = await mail.read();
  const files = attachments.map(({ filename, mimeType, content }) => ({
    filename,
    mimeType,
    size: typeof content === 'string' ? content.length : content.byteLength,
  }));
  return { ...known, subject, from, to, text, attachments: files };
}
