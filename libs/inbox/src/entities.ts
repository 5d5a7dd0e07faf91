import { mutationsTable, changesTable } from './changes/changes.entity';
import { accountsTable } from './conversations/accounts.entity';
import { conversationsTable, participantsTable, refsTable } from './conversations/conversations.entity';
import { messagesTable, attachmentsTable, draftsTable } from './conversations/messages.entity';
import { messageChangesTable, messagePartsTable, parkedTable, threadsTable } from './conversations/threads.entity';
import { customerExportsTable, erasuresTable, tombstonesTable } from './erasure/erasure.entity';
import { customersTable, identitiesTable, profilesTable } from './people/customers.entity';
import { workspacesTable, agentsTable, sessionsTable, signInTriesTable } from './people/people.entity';
import { waitsTable, queueLengthsTable, offersTable } from './queue/queue.entity';

/** All tables of schema `inbox`, as TypeORM sees them. */
export const inboxEntities = [
  workspacesTable,
  agentsTable,
  sessionsTable,
  signInTriesTable,
  customersTable,
  identitiesTable,
  profilesTable,
  accountsTable,
  conversationsTable,
  participantsTable,
  refsTable,
  messagesTable,
  attachmentsTable,
  draftsTable,
  messageChangesTable,
  messagePartsTable,
  threadsTable,
  parkedTable,
  tombstonesTable,
  erasuresTable,
  customerExportsTable,
  waitsTable,
  queueLengthsTable,
  offersTable,
  mutationsTable,
  changesTable,
];
