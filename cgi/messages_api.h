// Messages that are there: GET and DELETE /v1/messages/{id}, GET /v1/messages,
// GET /v1/batches/{id}.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cgi/http.h"
#include "common/base/clock.h"
#include "common/number/recipient.h"
#include "common/store/store.h"

namespace smsweb {

// `only`: whose messages may be seen; none: everybody's. Another's are not
// there.
//
// A page of messages, the newest first, as the query asks for it.
Response ListMessages(const Request& request,
                      const std::optional<std::string>& only, Store& store,
                      RecipientParser& recipients);

Response ShowMessage(std::string_view id,
                     const std::optional<std::string>& only, Store& store);

// `ring`: whoever asked for a callback is told.
Response CancelMessage(std::string_view id,
                       const std::optional<std::string>& only, Store& store,
                       WallTime now, const std::function<void()>& ring);

Response ShowBatch(const Request& request, std::string_view id,
                   const std::optional<std::string>& only, Store& store);

}  // namespace smsweb
