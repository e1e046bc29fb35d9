// What the modems received, over HTTP: GET /v1/inbox and /v1/inbox/{id}.
#pragma once

#include <string_view>

#include "cgi/http.h"
#include "common/store/store.h"

namespace smsweb {

// A page of the inbox, the newest first, as the query asks for it.
Response ListInbox(const Request& request, Store& store);

Response ShowInbound(const Request& request, std::string_view id, Store& store);

}  // namespace smsweb
