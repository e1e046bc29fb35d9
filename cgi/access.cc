#include "cgi/access.h"

#include <algorithm>

namespace smsweb {

Access::Access(const std::vector<std::string>& trusted_networks) {
  for (const auto& text : trusted_networks) {
    if (auto network = Network::Parse(text)) trusted_.push_back(*network);
  }
}

Result<Client> Access::Authorize(const Request& request) const {
  const bool trusted = std::ranges::any_of(trusted_, [&](const Network& n) {
    return n.Contains(request.remote_address);
  });
  if (trusted) return Client{"trusted network"};
  return Fail(ErrorKind::kInvalid, "the address " + request.remote_address +
                                       " is not in endpoint.trusted_networks");
}

}  // namespace smsweb
