/** Bounds of what is kept of moderation; the oldest go first. */
export const moderationLimits = {
  sanctions: 4096,
  notes: 2048,
  moderators: 64,
  openInvitations: 32,
  invitations: 256,
  filters: 256,
  audit: 2000,
  circuitsPerSanction: 64,
} as const;
