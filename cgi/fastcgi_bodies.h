// What becomes of the bodies of requests.
#pragma once

#include <functional>
#include <string>

#include "cgi/http.h"
#include "common/base/error.h"

namespace smsweb {

struct FastCgiBodies {
  PlanBody plan;
  std::string spool_folder;  // for requests that come in pieces
  // Told, from several threads, where one of them can't be.
  std::function<void(const Error&)> not_stored;
};

}  // namespace smsweb
