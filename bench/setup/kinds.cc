#include "bench/setup/kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "bench/process/child.h"

namespace smsweb::bench {
namespace {

const Need kNginx = {"nginx", "nginx"};
const Need kApache = {"apache2", "apache2-bin"};
const Need kFcgid = {"/usr/lib/apache2/modules/mod_fcgid.so",
                     "libapache2-mod-fcgid"};
const Need kUwsgi = {"uwsgi-core", "uwsgi-core"};
const Need kUwsgiCgi = {"/usr/lib/uwsgi/plugins/cgi_plugin.so", "uwsgi-core"};
const Need kLighttpd = {"lighttpd", "lighttpd"};
const Need kPythonItself = {kPython, "python3"};
const Need kSerial = {"/usr/lib/python3/dist-packages/serial/__init__.py",
                      "python3-serial"};

struct Entry {
  SetupKind kind;
  SetupParts parts;
};

const std::array<Entry, 9>& Entries() {
  static const std::array<Entry, 9> kEntries = {{
      {{kShippedDesign, "nginx, FastCGI, kept connections", "nginx"},
       {ServerKind::kNginx, "smsweb.conf", true, {kNginx}}},
      {{"nginx-fastcgi-unkept", "nginx, FastCGI, a connection a request",
        "nginx"},
       {ServerKind::kNginx, "smsweb-unkept.conf", true, {kNginx}}},
      {{"apache-proxy-fcgi", "Apache, mod_proxy_fcgi", "apache2-bin"},
       {ServerKind::kApache, "proxy_fcgi", true, {kApache}}},
      {{"apache-fcgid", "Apache, mod_fcgid",
        "apache2-bin libapache2-mod-fcgid"},
       {ServerKind::kApache, "fcgid", false, {kApache, kFcgid}}},
      {{"apache-cgid", "Apache, mod_cgid (event)", "apache2-bin"},
       {ServerKind::kApache, "cgid", false, {kApache}}},
      {{"apache-cgi", "Apache, mod_cgi (prefork)", "apache2-bin"},
       {ServerKind::kApache, "cgi", false, {kApache}}},
      {{"uwsgi-cgi", "uWSGI, CGI", "uwsgi-core"},
       {ServerKind::kUwsgi, "", false, {kUwsgi, kUwsgiCgi}}},
      {{"lighttpd-fastcgi", "lighttpd, FastCGI", "lighttpd"},
       {ServerKind::kLighttpd, "", true, {kLighttpd}}},
      {{kPapersDesign, "the paper's design, written anew (SQLite for MongoDB)",
        "apache2-bin python3 python3-serial"},
       {ServerKind::kPaper, "cgid", false, {kApache, kPythonItself, kSerial}}},
  }};
  return kEntries;
}

bool IsInstalled(std::string_view what) {
  if (!what.starts_with('/')) return !FindProgram(std::string(what)).empty();
  std::error_code ignored;
  return std::filesystem::exists(what, ignored);
}

}  // namespace

std::span<const SetupKind> SetupKinds() {
  static const auto kKinds = [] {
    std::vector<SetupKind> kinds;
    for (const Entry& entry : Entries()) kinds.push_back(entry.kind);
    return kinds;
  }();
  return kKinds;
}

const SetupKind* FindSetup(std::string_view name) {
  const auto found = std::ranges::find(SetupKinds(), name, &SetupKind::name);
  return found == SetupKinds().end() ? nullptr : &*found;
}

const SetupParts& PartsOf(const SetupKind& kind) {
  return std::ranges::find(Entries(), kind.name,
                           [](const Entry& entry) { return entry.kind.name; })
      ->parts;
}

std::string WhatIsMissing(
    const SetupKind& kind,
    const std::function<bool(std::string_view what)>& is_there) {
  const auto& needs = PartsOf(kind).needs;
  const auto lost = std::ranges::find_if(
      needs, [&](const Need& need) { return !is_there(need.what); });
  if (lost == needs.end()) return "";
  return fmt::format("{} is not installed, which {} needs: apt install {}",
                     lost->what, kind.name, lost->package);
}

std::string WhatIsMissing(const SetupKind& kind) {
  return WhatIsMissing(kind, IsInstalled);
}

}  // namespace smsweb::bench
