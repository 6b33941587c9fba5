/* The part of the addon that no packet meets: daemon/system/native-system.ts is the contract. */
#ifndef MAPD_ADDON_SYSTEM_H
#define MAPD_ADDON_SYSTEM_H

#include <node_api.h>
#include <stdbool.h>

/* Adds its functions to the addon's own. */
bool system_define(napi_env env, napi_value exports);

#endif
