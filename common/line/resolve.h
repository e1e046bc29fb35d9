// Host names into addresses, without making a poll loop wait for a name server.
#pragma once

#include <netdb.h>

#include <memory>
#include <optional>
#include <string>

#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb {

struct AddressesDeleter {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, AddressesDeleter>;

// `host` as an address in digits; null: it is a name.
Addresses ParseAddress(const std::string& host, const std::string& port);

// A name that is being looked up, in a thread of its own, which is left alone
// with it when nobody wants to know any more.
class Resolution {
 public:
  static Result<Resolution> Start(const std::string& host,
                                  const std::string& port);

  // Can't be written to (POLLOUT) before the answer is there; never readable.
  UniqueFd TakeFd() { return std::move(fd_); }
  // None: not yet. kUnavailable: there is no such name, or nobody knows it now.
  std::optional<Result<Addresses>> Take();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  UniqueFd fd_;
};

}  // namespace smsweb
