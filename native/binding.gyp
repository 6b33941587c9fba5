{
  "targets": [
    {
      "target_name": "mapd_tun",
      "sources": [
        "src/addon.c",
        "src/addon_system.c",
        "src/args.c",
        "src/batch.c",
        "src/classifier.c",
        "src/intake.c",
        "src/memory.c",
        "src/peer.c",
        "src/privileges.c",
        "src/process.c",
        "src/traffic_control.c",
        "src/tun.c",
        "src/wait.c"
      ],
      "defines": ["NAPI_VERSION=8", "_GNU_SOURCE"],
      "cflags": ["-fvisibility=hidden"],
      "cflags_c": ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    }
  ]
}
