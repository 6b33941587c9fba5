#!/bin/sh
exec /usr/lib/mapd/node /usr/lib/mapd/dist/daemon/mapctl.js "$@"
