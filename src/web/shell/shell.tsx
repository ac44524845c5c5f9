import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Flashbar from '@cloudscape-design/components/flashbar';
import { useState } from 'react';
import { Outlet, ScrollRestoration } from 'react-router';
import { useFollow } from '../parts/links.tsx';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';
import { useNotices } from './notices.tsx';
import { PageContext, type PageFacts } from './page.tsx';
import { SideContext, SidePlace, useSide } from './side-panel.tsx';

/** What stands around every page: top bar, navigation, breadcrumbs, notices, help. */
export function Shell() {
  const [facts, setFacts] = useState<PageFacts>({ crumbs: [], contentType: 'default', help: null });
  const [navigationOpen, setNavigationOpen] = useState(() => matchMedia('(min-width: 900px)').matches);
  const [helpOpen, setHelpOpen] = useState(false);
  const follow = useFollow();
  const notices = useNotices();
  const side = useSide();
  return (
    <PageContext value={setFacts}>
      <SkipToContent />
      <Header />
      <AppLayoutToolbar
        headerSelector="#top"
        navigation={<Navigation crumbs={facts.crumbs} />}
        navigationOpen={navigationOpen}
        onNavigationChange={event => setNavigationOpen(event.detail.open)}
        breadcrumbs={
          facts.crumbs.length > 1 ? (
            <BreadcrumbGroup items={[...facts.crumbs]} ariaLabel="Breadcrumbs" onFollow={follow} />
          ) : undefined
        }
        notifications={notices.length > 0 ? <Flashbar items={notices} stackItems /> : undefined}
        stickyNotifications
        contentType={facts.contentType}
        tools={facts.help}
        toolsHide={facts.help === null}
        toolsOpen={helpOpen && facts.help !== null}
        onToolsChange={event => setHelpOpen(event.detail.open)}
        splitPanel={side.shown && <SidePlace side={side} />}
        splitPanelOpen={side.shown !== null}
        splitPanelSize={side.size}
        splitPanelPreferences={{ position: 'side' }}
        onSplitPanelToggle={event => {
          if (!event.detail.open) side.shown?.onClose();
        }}
        onSplitPanelResize={event => side.resize(event.detail.size)}
        ariaLabels={{
          navigation: 'Main navigation',
          navigationToggle: 'Open navigation',
          navigationClose: 'Close navigation',
          tools: 'Help',
          toolsToggle: 'Open help',
          toolsClose: 'Close help',
          notifications: 'Notices',
        }}
        content={
          <div id="content" className="causeway-content" tabIndex={-1}>
            <SideContext value={side}>
              <Outlet />
            </SideContext>
          </div>
        }
      />
      <ScrollRestoration />
    </PageContext>
  );
}

/** The first stop of the keyboard: more than twenty links stand before every page's own. */
function SkipToContent() {
  return (
    <a className="causeway-skip" href="#content">
      Skip to content
    </a>
  );
}
