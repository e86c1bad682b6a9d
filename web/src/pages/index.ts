/** Every page that there is. A page is one folder and one line here; the sidebar shows what is listed. */
import { dashboardRoute } from "./dashboard/route";
import { conflictsRoute } from "./conflicts/route";
import { jobRoute } from "./jobs/route";
import { filesRoutes } from "./files/routes";
import { labelRoutes } from "./labels/routes";
import { nodeRoutes } from "./nodes/routes";
import { notificationsRoute } from "./notifications/route";
import { searchRoute } from "./search/route";
import { settingsRoutes } from "./settings/routes";
import { storageRoutes } from "./storage/routes";
import { vfsRoutes } from "./vfs/routes";

export const pages = [dashboardRoute, ...filesRoutes, ...vfsRoutes, ...labelRoutes, ...nodeRoutes, ...storageRoutes, notificationsRoute, conflictsRoute, jobRoute, ...settingsRoutes, searchRoute] as const;
