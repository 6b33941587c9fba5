/* The classifier of native/classifier, which makes IP-in-IPv6 super-packets of what mapd writes, on a TUN device. */
#ifndef MAPD_CLASSIFIER_H
#define MAPD_CLASSIFIER_H

#include "tun.h"

/* Loads it and puts it on the way in from the device. *made_qdisc says whether the device had no clsact qdisc
 * before, for classifier_detach(). False with *error set and nothing left behind. */
bool classifier_attach(const char *name, bool *made_qdisc, struct tun_error *error);

/* Takes the filter away, and the qdisc where it is empty and `made_qdisc`. Returns 0 or a negative errno. */
int classifier_detach(const char *name, bool made_qdisc);

/* Returns 0 while the filter is there, else a negative errno: other programs may take it away. */
int classifier_find(const char *name);

#endif
