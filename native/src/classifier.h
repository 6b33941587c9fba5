/* The classifiers of native/classifier on a TUN device: encapsulate, on the way from the device, makes IP-in-IPv6
 * super-packets of what mapd writes; hand_over, on the way to it, turns IPv6 around to the intake (intake.h). */
#ifndef MAPD_CLASSIFIER_H
#define MAPD_CLASSIFIER_H

#include "tun.h"

/* Loads one and puts it in its place; hand_over (`to_device`) may only come where encapsulate is. *made_qdisc says
 * whether the device had no clsact qdisc before, for classifier_detach(). False with *error set and nothing left behind. */
bool classifier_attach(const char *name, bool to_device, bool *made_qdisc, struct tun_error *error);

/* Takes both filters away, and the qdisc where it is empty and `made_qdisc`. Returns 0 or a negative errno. */
int classifier_detach(const char *name, bool made_qdisc);

/* Returns 0 while the filter is there, else a negative errno: other programs may take it away. */
int classifier_find(const char *name, bool to_device);

#endif
