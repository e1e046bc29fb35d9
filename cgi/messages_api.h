// Messages that are there: GET and DELETE /v1/messages/{id}, GET /v1/messages,
// GET /v1/batches/{id}.
#pragma once

#include <functional>
#include <string_view>

#include "cgi/http.h"
#include "common/base/clock.h"
#include "common/number/recipient.h"
#include "common/store/store.h"

namespace smsweb {

// A page of messages, the newest first, as the query asks for it.
Response ListMessages(const Request& request, Store& store,
                      RecipientParser& recipients);

Response ShowMessage(std::string_view id, Store& store);

// `ring`: whoever asked for a callback is told.
Response CancelMessage(std::string_view id, Store& store, WallTime now,
                       const std::function<void()>& ring);

Response ShowBatch(const Request& request, std::string_view id, Store& store);

}  // namespace smsweb
