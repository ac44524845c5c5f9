import '@cloudscape-design/global-styles/index.css';
import './causeway.css';
import I18nProvider from '@cloudscape-design/components/i18n';
import english from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { createQueryClient } from './queries.ts';
import { createRouter, signInPath } from './routes.tsx';
import { NoticesProvider } from './shell/notices.tsx';
import { startTheme } from './theme.ts';

startTheme();

const router = createRouter();
const queryClient = createQueryClient(() => {
  const here = router.state.location;
  if (here.pathname !== '/sign-in') void router.navigate(signInPath(`${here.pathname}${here.search}`));
});

const place = document.querySelector('#app');
if (!place) throw new Error('index.html has a place for the application');
createRoot(place).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[english]}>
      <QueryClientProvider client={queryClient}>
        <NoticesProvider>
          <RouterProvider router={router} />
        </NoticesProvider>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
