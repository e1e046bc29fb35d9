// The web servers: what each is given to read in the private folder, and how it
// is started there. One file a server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "bench/process/child.h"
#include "bench/setup/kinds.h"
#include "bench/setup/private_folder.h"
#include "bench/setup/setup.h"

namespace smsweb::bench {

struct WebPlan {
  const SetupOptions& options;
  const SetupParts& parts;
  const PrivateFolder& folder;
  std::uint16_t port;
  std::uint64_t descriptors;  // that it is started with
};

struct WebServer {
  std::string name;  // "nginx"
  // In the foreground.
  Command command;
  std::filesystem::path error_log;
  std::map<std::string, std::int64_t> sizes;  // as its files have them
};

Result<WebServer> PrepareNginx(const WebPlan& plan);
Result<WebServer> PrepareApache(const WebPlan& plan);
Result<WebServer> PrepareUwsgi(const WebPlan& plan);
Result<WebServer> PrepareLighttpd(const WebPlan& plan);
Result<WebServer> PreparePaper(const WebPlan& plan);

// The right one of them.
Result<WebServer> PrepareWebServer(const WebPlan& plan);

}  // namespace smsweb::bench
