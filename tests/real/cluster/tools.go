package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Ports are drawn from below the range that the kernel gives to outgoing connections, so that a stopped server finds
// its port free when it starts again.
const (
	firstPort = 20000
	lastPort  = 32000
)

// ports prints free loopback ports, each on its line.
func ports(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: cluster ports COUNT")
	}
	count, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	for tries := 0; count > 0; tries++ {
		if tries == lastPort-firstPort {
			return errors.New("no free loopback ports")
		}
		port := firstPort + mathrand.IntN(lastPort-firstPort)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		// Held until the end, so that none is printed twice.
		defer listener.Close()
		fmt.Println(port)
		count--
	}
	return nil
}

// answers waits until a URL answers 200 (or, as tcp://HOST:PORT, accepts), or fails with what it said last.
func answers(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: cluster answers URL SECONDS")
	}
	seconds, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	// Everything asked here is a part of the bed on this machine.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	client := http.Client{Timeout: 2 * time.Second, Transport: transport}
	for end := time.Now().Add(time.Duration(seconds) * time.Second); ; time.Sleep(100 * time.Millisecond) {
		err := ask(&client, args[0])
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s does not answer: %w", args[0], err)
		}
	}
}

func ask(client *http.Client, url string) error {
	if address, found := strings.CutPrefix(url, "tcp://"); found {
		connection, err := net.DialTimeout("tcp", address, 2*time.Second)
		if err == nil {
			connection.Close()
		}
		return err
	}
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
	return fmt.Errorf("%s %s", answer.Status, body)
}

// certificates writes an authority, a server certificate for the loopback address and the key of service accounts.
func certificates(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: cluster certificates DIR")
	}
	if err := os.MkdirAll(args[0], 0o700); err != nil {
		return err
	}
	ca := template(pkix.Name{CommonName: "quarterdeck-bed"})
	ca.IsCA, ca.BasicConstraintsValid = true, true
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	caKey, err := key(filepath.Join(args[0], "ca.key"))
	if err != nil {
		return err
	}
	if err := sign(ca, ca, caKey, caKey, filepath.Join(args[0], "ca.crt")); err != nil {
		return err
	}
	server := template(pkix.Name{CommonName: "localhost"})
	server.DNSNames = []string{"localhost", "kubernetes.default.svc"}
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 0, 0, 1)}
	server.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	serverKey, err := key(filepath.Join(args[0], "server.key"))
	if err != nil {
		return err
	}
	if err := sign(server, ca, serverKey, caKey, filepath.Join(args[0], "server.crt")); err != nil {
		return err
	}
	accounts, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	// The API server reads this form only.
	der, err := x509.MarshalECPrivateKey(accounts)
	if err != nil {
		return err
	}
	return write(filepath.Join(args[0], "accounts.key"), "EC PRIVATE KEY", der)
}

func template(name pkix.Name) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(mathrand.Int64()),
		Subject:      name,
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func key(path string) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, write(path, "PRIVATE KEY", der)
}

func sign(cert, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey, path string) error {
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, &key.PublicKey, parentKey)
	if err != nil {
		return err
	}
	return write(path, "CERTIFICATE", der)
}

func write(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
