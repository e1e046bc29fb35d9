// Who may call. Today: an address in trusted_networks. API keys join here: a
// request gets a Client or a reason, and nothing else of the program asks.
#pragma once

#include <string>
#include <vector>

#include "cgi/http.h"
#include "common/base/error.h"
#include "common/base/network.h"

namespace smsweb {

struct Client {
  std::string name;  // for logs and limits
};

class Access {
 public:
  explicit Access(const std::vector<std::string>& trusted_networks);

  Result<Client> Authorize(const Request& request) const;

 private:
  std::vector<Network> trusted_;
};

}  // namespace smsweb
