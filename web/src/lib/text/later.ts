export const later = {
  page: "This page",
  pages: "The pages of MosaicFS",
  part: "This part of the page",
  notThere: "Not loaded yet",
  notSent: (why: string) => `The control plane answers, but this part does not come. ${why}`,
  upgraded: "MosaicFS was upgraded",
  upgradedWhy: "What this tab still has is of the version before. When you load the new one, you may have to sign in again.",
  loadNew: "Load the new version",
} as const;
