//! Where webhooks may be: not on this machine, and not in its network.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// The address of a webhook, or why it cannot be one.
pub(super) fn check(url: &str, private: bool) -> Result<Url, String> {
    let wrong = "is not an address; send one such as https://example.com/hooks/ballroom";
    let parsed: Url = url.parse().map_err(|_| format!("\"{url}\" {wrong}"))?;
    match parsed.scheme() {
        "https" => (),
        "http" if private => (),
        "http" => return Err("must begin with https://; events are not sent without TLS".to_owned()),
        _ => return Err(format!("\"{url}\" {wrong}")),
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("must not contain a user name or password; receivers check the signature".to_owned());
    }
    if parsed.host_str().is_none_or(str::is_empty) {
        return Err(format!("\"{url}\" {wrong}"));
    }
    if !private && let Some(address) = literal(&parsed).filter(|address| !is_public(*address)) {
        return Err(not_allowed(&address.to_string()));
    }
    Ok(parsed)
}

/// The address that stands in an URL instead of a name.
fn literal(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn not_allowed(host: &str) -> String {
    format!(
        "{host} is a private or loopback address, to which this server sends nothing (--webhook-private-addresses)"
    )
}

/// Whether an address is one of the public Internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Everything but what the registry of special-purpose addresses of IANA says is not globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocols = (a, b, c) == (192, 0, 0);
    let relay = (a, b, c) == (192, 88, 99);
    let benchmarks = a == 198 && (b == 18 || b == 19);
    !(a == 0
        || a >= 240
        || shared
        || protocols
        || relay
        || benchmarks
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// Global unicast addresses, except those that stand for others.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // NAT64: the last 32 bits.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        // 6to4: the address of the relay.
        [0x2002, high, low, ..] => inner(high, low),
        // Teredo, benchmarks, ORCHID, documentation.
        [0x2001, 0..0x200, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        // Everything that is assigned is in here.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// A resolver that knows no addresses but public ones.
pub(super) struct Public;

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| is_public(address.ip())).collect();
            match allowed.is_empty() {
                true => Err(not_allowed(&host).into()),
                false => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// The resolver of a client, if it is restricted.
pub(super) fn resolver(private: bool) -> Option<Arc<Public>> {
    (!private).then(|| Arc::new(Public))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_and_its_network_are_not_public() {
        for address in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2001::1",
            "2001:db8::1",
            "fec0::1",
            "64:ff9b:1::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in
            ["1.1.1.1", "100.63.0.1", "172.32.0.1", "198.20.0.1", "2606:4700::1111", "64:ff9b::101:101"]
        {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn an_address_is_a_public_one_with_tls() {
        let refused = |url: &str| check(url, false).unwrap_err();
        assert!(check("https://example.com/hooks", false).is_ok());
        assert!(refused("http://example.com/hooks").contains("https://"));
        assert!(refused("ftp://example.com").contains("is not an address"));
        assert!(refused("example.com").contains("is not an address"));
        assert!(refused("https://me:secret@example.com").contains("password"));
        // Other ways to write 127.0.0.1.
        for host in
            ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:7f00:1]"]
        {
            assert!(refused(&format!("https://{host}/")).contains("private"), "{host}");
        }
        assert!(check("http://127.0.0.1:8080/", true).is_ok());
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_resolved() {
        let resolved = Public.resolve("localhost".parse().unwrap()).await;
        assert!(resolved.err().unwrap().to_string().contains("private"));
    }
}
