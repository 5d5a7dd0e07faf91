import { CUSTOMER_DOMAIN } from '../mail/address';
import type { MailArrival } from '../mail/post-office';
import type { MailSimulator } from '../mail-simulator';
import type { Customer, Saying } from './customer';
import type { Letter } from './letter';
import { pictureOfACard } from './picture';
import type { Voice } from './voice';

/** Where a customer's mail goes. */
export function addressOf({ id }: Pick<Customer, 'id'>): string {
  return `${id.replaceAll('-', '.')}@${CUSTOMER_DOMAIN}`;
}

/** The customers' mail to one mailbox. References are Message-IDs. Automatic mail is no answer. */
export function mailVoice(mail: MailSimulator, to: string, cast: readonly Customer[]): Voice {
  const known = new Map(cast.map((customer) => [addressOf(customer), customer.id]));
  const write = async (customer: Customer, saying: Omit<Saying, 'place'>, more: Partial<Letter>): Promise<string> => {
    const { text, picture } = saying;
    const { messageId } = await mail.writeAs({
      from: { name: customer.name, address: addressOf(customer), language: customer.language },
      text,
      html: `<div dir="auto">${escape(text).replaceAll('\n', '<br>\r\n')}</div>`,
      ...(picture && { attachments: [{ filename: picture, contentType: 'image/png', content: pictureOfACard() }] }),
      ...more,
    });
    return messageId;
  };
  return {
    place: 'mail',
    isEmpty: () => mail.mailbox(to).inbox.length === 0,
    begin: (customer, saying, at) =>
      write(customer, saying, { to, subject: saying.subject ?? '', ...(at && { date: at }) }),
    goOn: (customer, ref, saying, at) => write(customer, saying, { inReplyTo: ref, ...(at && { date: at }) }),
    listen: (hear) => {
      const listener = ({ address, folder, mail: arrived }: MailArrival): void => {
        const customerId = known.get(address);
        const automatic = (arrived.header('auto-submitted') ?? 'no') !== 'no';
        if (customerId === undefined || folder !== 'INBOX' || automatic || !arrived.messageId) return;
        hear({ customerId, ref: arrived.messageId, answers: arrived.references });
      };
      mail.on('mail', listener);
      return () => mail.off('mail', listener);
    },
  };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
