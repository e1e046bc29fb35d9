#include "bench/setup/web_server.h"

namespace smsweb::bench {

Result<WebServer> PrepareWebServer(const WebPlan& plan) {
  switch (plan.parts.server) {
    case ServerKind::kNginx:
      return PrepareNginx(plan);
    case ServerKind::kApache:
      return PrepareApache(plan);
    case ServerKind::kUwsgi:
      return PrepareUwsgi(plan);
    case ServerKind::kLighttpd:
      return PrepareLighttpd(plan);
    case ServerKind::kPaper:
      return PreparePaper(plan);
  }
  return Fail(ErrorKind::kInternal, "no such web server");
}

}  // namespace smsweb::bench
