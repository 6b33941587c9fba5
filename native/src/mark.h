/* What hand_over puts on packets that it turns around, so that encapsulate and the socket know them: "mapd". Marks
 * are the host's own; no packet brings one along. */
#ifndef MAPD_MARK_H
#define MAPD_MARK_H

#define HANDED_OVER 0x6d617064u

#endif
