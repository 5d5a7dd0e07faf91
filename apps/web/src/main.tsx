import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from './app/router';
import { firstLocale, LanguageProvider, loadMessages } from './language/language';
import { ApiProvider } from './session/api';
import { SessionProvider } from './session/session';
import { applyTheme } from './shell/theme';
import { ShortcutProvider } from './shell/shortcuts';
import { ToastProvider } from './ui/toasts';
import './styles/tokens.css';
import './styles/base.css';

applyTheme();
const locale = firstLocale();

void loadMessages(locale).then((words) => {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider first={locale} words={words}>
        <ApiProvider>
          <ShortcutProvider>
            <ToastProvider>
              <SessionProvider>
                <RouterProvider router={router} />
              </SessionProvider>
            </ToastProvider>
          </ShortcutProvider>
        </ApiProvider>
      </LanguageProvider>
    </StrictMode>,
  );
});
