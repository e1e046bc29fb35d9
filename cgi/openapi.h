// The contract of the HTTP interface: docs/openapi.yaml, as JSON.
#pragma once

#include <string_view>

namespace smsweb {

std::string_view OpenApiJson();

}  // namespace smsweb
