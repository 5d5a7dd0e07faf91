import { mutationsTable, changesTable } from './changes/changes.entity';
import { accountsTable } from './conversations/accounts.entity';
import { conversationsTable, participantsTable, refsTable } from './conversations/conversations.entity';
import { messagesTable, attachmentsTable, draftsTable } from './conversations/messages.entity';
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
  waitsTable,
  queueLengthsTable,
  offersTable,
  mutationsTable,
  changesTable,
];
